/** Whether a program type-checks against the installed package, strictly and with the package's own declarations checked as well. */
import { join } from 'node:path'
import { blocks, page, root } from '../tools/markdown.ts'
import type { TriedNode } from './nodes.ts'
import type { Project } from './packed.ts'

export interface TypeCheck {
  readonly name: string
  /** What tsc prints; '' when nothing is wrong. */
  see(project: Project, node: TriedNode, tsc: string): string
}

/** The one that this repository is checked with. */
export const ownTypeScript: string = join(root, 'node_modules/typescript')

export const tscOf = (typescript: string): string => join(typescript, 'bin/tsc')

const readme = blocks(page('README.md'), 'ts')[0]!
const inCommonJs = readme.replace('import.meta', 'null').replaceAll(/^(const job[\s\S]*)$/gm, 'void (async () => {\n$1})()\n')
const everything = `
import { verifyOperator } from 'millrace/testing'
import { fileStore, readCsv, writeNdjson } from 'millrace/files'
import { filter, from, map, run, seconds, sink, source, topology } from 'millrace'

const rows = from(source('rows', readCsv('rows.csv', 'id INT NOT NULL, name STRING')))
const flow = rows.pipe(filter((row) => row.id > 0), map(({ id, name }) => ({ id: id.toFixed(), name: name?.length ?? 0 }))).to(sink('out', writeNdjson('out.ndjson')))
const job = await run(topology(import.meta, 'rows', flow), { checkpoints: { every: seconds(1), to: fileStore('checkpoints') } })
const { records }: { records: number } = await job.completed
await verifyOperator(map((n: number) => n + records), { input: [1], expected: [2] })
// @ts-expect-error a string is no number
export const wrong: number = (await job.completed).records.toFixed()
`

const options = { strict: true, noEmit: true, module: 'nodenext', target: 'es2024', skipLibCheck: false, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true }
const dom = { ...options, lib: ['es2024', 'dom', 'esnext.disposable'], types: [] }
const node = { ...options, lib: ['es2024', 'esnext.disposable'], types: ['node'], typeRoots: [join(root, 'node_modules/@types')] }

const check = (name: string, file: string, text: string, compilerOptions: object): TypeCheck => ({
  name,
  see: (project, on, tsc) => {
    project.write(file, text)
    project.write('tsconfig.json', JSON.stringify({ compilerOptions, files: [file] }))
    return project.run(on, [tsc, '-p', '.'])
  },
})

export const typeChecks: readonly TypeCheck[] = [
  check('a module, the types of a browser', 'module.mts', readme, dom),
  check('a module, the types of Node', 'module.mts', readme, node),
  check('every entry, with what must be refused', 'everything.mts', everything, node),
  check('CommonJS', 'common.cts', inCommonJs, node),
  check('JavaScript', 'plain.mjs', readme.replaceAll(/<\w+>/g, ''), { ...node, allowJs: true, checkJs: true }),
]
