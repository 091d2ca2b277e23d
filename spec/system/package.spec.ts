/** The packed package, installed in an empty project: what works from there, and what cannot be reached. */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { blocks, page, root } from '../tools/markdown.ts'

/** The npm that comes with a Node lies beside it, or is the one on the path. */
const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
const environment = { ...process.env, NODE_OPTIONS: '', PATH: `${dirname(process.execPath)}:${process.env['PATH']}` }

let project: string

const inProject = (args: readonly string[]): { readonly status: number | null; readonly output: string } => {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: project, encoding: 'utf8', env: environment })
  return { status, output: stdout + stderr }
}

const runs = (file: string, text: string): ReturnType<typeof inProject> => {
  writeFileSync(join(project, file), text)
  return inProject([file])
}

beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), 'millrace-package-'))
  // Packing builds first (prepack).
  execFileSync(npm, ['pack', '--silent', '--pack-destination', project], { cwd: root, env: environment, stdio: ['ignore', 'pipe', 'inherit'] })
  const tarball = readdirSync(project).find((name) => name.endsWith('.tgz'))!
  writeFileSync(join(project, 'package.json'), JSON.stringify({ private: true, type: 'module' }))
  const install = ['install', '--silent', '--prefer-offline', '--no-audit', '--no-fund', `./${tarball}`]
  execFileSync(npm, install, { cwd: project, env: environment, stdio: ['ignore', 'pipe', 'inherit'] })
}, 120_000)

afterAll(() => rmSync(project, { recursive: true, force: true }))

test('a topology in JavaScript runs', () => {
  const program = `
import { collect, from, fromArray, keyBy, run, scan, sink, source, topology } from 'millrace'

const totals = collect()
const flow = from(source('numbers', fromArray([1, 2, 3, 4]))).pipe(
  keyBy((n) => (n % 2 === 0 ? 'even' : 'odd')),
  scan((sum, n) => sum + n, 0, { id: 'sum' }),
).to(sink('totals', totals))
await (await run(topology(import.meta, 'sums', flow))).completed
console.log(JSON.stringify(totals.records))
`
  const { status, output } = runs('sums.js', program)
  expect(output.trim()).toBe('[{"key":"odd","value":1},{"key":"even","value":2},{"key":"odd","value":4},{"key":"even","value":6}]')
  expect(status).toBe(0)
})

test('the first program of README.md type-checks against the package, and runs', () => {
  const readme = page('README.md')
  const [program] = blocks(readme, 'ts')
  const { status, output } = runs('averages.ts', program!)
  expect(output).toBe(blocks(readme, 'text')[0])
  expect(status).toBe(0)
  const options = { strict: true, noEmit: true, module: 'nodenext', target: 'es2024', lib: ['es2024', 'dom', 'esnext.disposable'], types: [] }
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, include: ['*.ts'] }))
  expect(inProject([join(root, 'node_modules/typescript/bin/tsc'), '-p', '.']).output).toBe('')
})

test('files are read and written through millrace/files', () => {
  const program = `
import { from, map, run, sink, source, topology } from 'millrace'
import { readCsv, writeLines } from 'millrace/files'

const words = from(source('words', readCsv('words.csv', 'word STRING NOT NULL'))).pipe(map(({ word }) => word.toUpperCase()))
await (await run(topology(import.meta, 'upper', words.to(sink('out', writeLines('upper.txt')))))).completed
`
  writeFileSync(join(project, 'words.csv'), 'word\nmill\nrace\n')
  expect(runs('upper.js', program)).toEqual({ status: 0, output: '' })
  expect(readFileSync(join(project, 'upper.txt'), 'utf8')).toBe('MILL\nRACE\n')
})

test('millrace/testing can be imported', () => {
  expect(runs('testing.js', "import { verifyOperator } from 'millrace/testing'\nconsole.log(typeof verifyOperator)").output.trim()).toBe('function')
})

test.each(['millrace/lib/runtime/job.js', 'millrace/lib/runtime/job.ts', 'millrace/dist/runtime/job.js', 'millrace/dist/index.js'])(
  'what is not public cannot be imported: %s',
  (path) => {
    const { status, output } = inProject(['--input-type=module', '--eval', `await import('${path}')`])
    expect(status).not.toBe(0)
    expect(output).toContain('ERR_PACKAGE_PATH_NOT_EXPORTED')
  },
)

test('the package holds what runs and what is read, no specs, samples or sources', () => {
  const names = readdirSync(join(project, 'node_modules/millrace')).toSorted()
  expect(names).toEqual(['CHANGELOG.md', 'LICENSE', 'README.md', 'dist', 'package.json'])
})

test('the command says its version', () => {
  const { version } = JSON.parse(page('package.json')) as { readonly version: string }
  const { status, output } = inProject(['node_modules/millrace/dist/cli/main.js', '--version'])
  expect(output.trim()).toBe(version)
  expect(status).toBe(0)
})
