/**
 * `npm run check:package`: packs, and tries the package in empty projects on the oldest Node, on the pinned one and on the newest that the
 * registry has, and against two older versions of TypeScript beside the pinned one. Prints a table, then the sizes.
 */
import { mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { facts } from './facts.ts'
import { newest, oldest, pinned } from './nodes.ts'
import { emptyProject, pack, temporaryFolder } from './packed.ts'
import type { Packed } from './packed.ts'
import { ownTypeScript, tscOf, typeChecks } from './types.ts'

const OLDER_TYPESCRIPTS = ['5.9', '6.0']

/** One row: what it says of each column; 'ok' where it is as it has to be. */
interface Row {
  readonly name: string
  readonly cells: readonly string[]
}

const failures: string[] = []
const skipped: string[] = []

const cell = (what: string, expected: string, see: () => string): string => {
  const seen = see()
  if (seen === expected) return 'ok'
  failures.push(`${what}: expected\n${expected}\nand saw\n${seen}`)
  return 'FAILED'
}

const table = (title: string, columns: readonly string[], rows: readonly Row[]): void => {
  const width = Math.max(title.length, ...rows.map(({ name }) => name.length))
  const line = (name: string, cells: readonly string[]): void => console.log([name.padEnd(width), ...cells.map((text, index) => text.padEnd(columns[index]!.length))].join('  ').trimEnd())
  line(title, columns)
  for (const { name, cells } of rows) line(name, cells)
  console.log('')
}

const onNodes = (packed: Packed, folder: string): void => {
  const project = emptyProject(join(folder, 'project'), packed, {})
  mkdirSync(join(folder, 'newest'))
  const nodes = [oldest(), pinned(), newest(join(folder, 'newest'))]
  for (const { name, version, path } of nodes) if (path === null) skipped.push(`Node ${version}, the ${name}`)
  const rows = facts.map((fact) => ({
    name: fact.name,
    cells: nodes.map((node) => (node.path === null ? 'skipped' : cell(`${fact.name}, on Node ${node.version}`, fact.expected, () => fact.see(project, node)))),
  }))
  table('in an empty project', nodes.map(({ name, version }) => `${name} ${version}`), rows)
  console.log(`tarball ${kib(packed.size)}, unpacked ${kib(packed.unpackedSize)} in ${packed.files.length} files, ${project.installed} packages installed with it\n`)
}

const onTypeScripts = (packed: Packed, folder: string): void => {
  const versionOf = (path: string): string => (createRequire(import.meta.url)(join(path, 'package.json')) as { readonly version: string }).version
  const compilers = [null, ...OLDER_TYPESCRIPTS].map((version) => {
    try {
      const project = emptyProject(join(folder, `types-${version ?? 'pinned'}`), packed, {}, version === null ? [] : [`typescript@${version}`])
      const path = version === null ? ownTypeScript : join(project.folder, 'node_modules/typescript')
      return { version: versionOf(path), project, path }
    } catch {
      skipped.push(`TypeScript ${version}`)
      return { version: version!, project: null, path: '' }
    }
  })
  const rows = typeChecks.map((check) => ({
    name: check.name,
    cells: compilers.map(({ version, project, path }) =>
      project === null ? 'skipped' : cell(`${check.name}, TypeScript ${version}`, '', () => check.see(project, pinned(), tscOf(path))),
    ),
  }))
  table('type-checks, strict, skipLibCheck false', compilers.map(({ version }) => version), rows)
}

const kib = (bytes: number): string => `${(bytes / 1024).toFixed(0)} KiB`

const folder = temporaryFolder()
try {
  const packed = pack(folder.path)
  onNodes(packed, folder.path)
  onTypeScripts(packed, folder.path)
  const { messages, pkg } = await publint({ pack: { tarball: new Uint8Array(readFileSync(packed.tarball)).buffer }, strict: true })
  console.log(`publint: ${messages.length} messages\n`)
  for (const message of messages) failures.push(`publint: ${formatMessage(message, pkg, { color: false }) ?? message.code}`)
} finally {
  folder.remove()
}
for (const what of skipped) console.log(`SKIPPED: ${what}: it cannot be had here`)
for (const failure of failures) console.log(`\nFAILED: ${failure}`)
process.exitCode = failures.length === 0 ? 0 : 1
