/** What holds for the code as text: who imports whom, how long files are, what they may touch. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { errorTable } from '../lib/errors.ts'
import { page, root } from './tools/markdown.ts'
import { folderOf, sourceFiles } from './tools/source-tree.ts'
import type { SourceFile } from './tools/source-tree.ts'

const LINES_MAX = 400
/** Entry points: what users import, and the command. */
const entries = ['index.ts', 'files.ts', 'testing.ts', 'cli/main.ts', 'runtime/slot-task.ts', 'workers/offload-task.ts']
/** Reached by specs alone: the simulated world belongs to the library, its users are the tests. */
const forSpecs = ['testing/simulated-run.ts']

const files = sourceFiles()
const byPath = new Map(files.map((file) => [file.path, file]))

interface Allowed {
  readonly values: readonly string[]
  readonly types: readonly string[]
}

/** The table of lib/README.md. */
const allowed = (): Map<string, Allowed> => {
  const rows = [...page('lib/README.md').matchAll(/^\| `(\w+)` \|[^|]*\|([^|]*)\|([^|]*)\|$/gm)]
  const names = (cell: string): string[] => cell.split(',').map((name) => name.trim()).filter((name) => name !== '')
  return new Map(rows.map(([, folder, values, types]) => [folder!, { values: names(values!), types: names(types!) }]))
}

const crossing = (file: SourceFile): SourceFile['imports'] =>
  file.imports.filter(({ to }) => folderOf(to) !== file.folder && to !== 'errors.ts')

/** Strings and comments say things that code may not do. */
const codeOf = (text: string): string => text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*|'(?:[^'\\\n]|\\.)*'/g, (match) => (match.startsWith("'") ? "''" : ''))

/** A file may call a simulated process of its own `process`. */
const withoutOwn = (code: string): string => (/\b(?:const|let) process\b/.test(code) ? code.replaceAll(/(?<!\.)\bprocess\./g, 'own.') : code)

test('a folder imports only what the table of lib/README.md allows', () => {
  const table = allowed()
  const wrong = files
    .filter(({ folder }) => folder !== '')
    .flatMap((file) =>
      crossing(file)
        .filter(({ to, typesOnly }) => {
          const may = table.get(file.folder)
          const folder = folderOf(to)
          return may === undefined || !(may.values.includes(folder) || (typesOnly && may.types.includes(folder)))
        })
        .map(({ to, typesOnly }) => `${file.path} → ${to}${typesOnly ? ' (types)' : ''}`),
    )
  expect(wrong).toEqual([])
})

test('the table of lib/README.md allows nothing that no file needs', () => {
  const present = new Set(files.map(({ folder }) => folder))
  const unused = [...allowed()]
    .filter(([folder]) => present.has(folder))
    .flatMap(([folder, { values, types }]) => {
      const used = files.filter((file) => file.folder === folder).flatMap(crossing)
      const idle = (names: readonly string[], typesOnly: boolean): string[] =>
        names.filter((name) => !used.some((found) => folderOf(found.to) === name && found.typesOnly === typesOnly))
      return [...idle(values, false), ...idle(types, true)].map((name) => `${folder} → ${name}`)
    })
  expect(unused).toEqual([])
})

test('runtime and windows know what an operator is, and no particular one', () => {
  const named = files
    .filter(({ folder }) => ['runtime', 'windows', 'plan', 'api'].includes(folder))
    .flatMap((file) => file.imports.map(({ to }) => to).filter((to) => folderOf(to) === 'operators' && to !== 'operators/operator.ts'))
  expect(named).toEqual([])
})

test('every file is reached from an entry point', () => {
  const reached = new Set<string>()
  const visit = (path: string): void => {
    const file = byPath.get(path)
    if (file === undefined || reached.has(path)) return
    reached.add(path)
    for (const { to } of file.imports) visit(to)
  }
  for (const entry of [...entries, ...forSpecs]) visit(entry)
  expect(files.map(({ path }) => path).filter((path) => !reached.has(path))).toEqual([])
})

test(`no file has more than ${LINES_MAX} lines`, () => {
  const long = files.filter(({ text }) => text.trimEnd().split('\n').length > LINES_MAX).map(({ path }) => path)
  expect(long).toEqual([])
})

test('every file opens with a comment that says what it is for', () => {
  expect(files.filter(({ text }) => !/^(#!.*\n)?\/\*\*\s/.test(text)).map(({ path }) => path)).toEqual([])
})

test('clocks, timers, chance, processes and files are used in env and cli alone', () => {
  const banned =
    /\bDate\.now\b|\bnew Date\(\s*\)|\bMath\.random\b|\bset(?:Timeout|Interval|Immediate)\b|\bperformance\s*\.|\bqueueMicrotask\b|\bglobalThis\.process\b|(?<!\.)\bprocess\.(?:argv|env|exit|hrtime|memoryUsage|nextTick|on|once|pid|platform|stderr|stdin|stdout|uptime|cwd|kill)\b/
  const modules = /from 'node:(?:fs|fs\/promises|timers|timers\/promises|perf_hooks|process|child_process|os)'/
  const found = files
    .filter(({ folder }) => folder !== 'env' && folder !== 'cli')
    .filter(({ text }) => banned.test(withoutOwn(codeOf(text))) || modules.test(text))
    .map(({ path }) => path)
  expect(found).toEqual([])
})

test('threads and their channels are known in workers alone', () => {
  expect(files.filter(({ folder, text }) => folder !== 'workers' && /from '(?:node:worker_threads|piscina)'/.test(text)).map(({ path }) => path)).toEqual([])
})

test('nothing is left to do in comments', () => {
  expect(files.filter(({ text }) => /\b(?:TODO|FIXME|XXX|HACK)\b/.test(text)).map(({ path }) => path)).toEqual([])
})

test('docs/errors.md has every error code', () => {
  const codes = new Set([...page('docs/errors.md').matchAll(/^## (\w+)$/gm)].map(([, code]) => code))
  expect(Object.keys(errorTable).filter((code) => !codes.has(code))).toEqual([])
})

test('no file in the repository names a folder of one machine', () => {
  const tracked = execFileSync('git', ['ls-files', '*.ts', '*.mjs', '*.md', '*.json', '.npmrc', '.ci'], { cwd: root, encoding: 'utf8' }).trim().split('\n')
  const machine = /(?:^|[\s'"`(=])\/(?:home|Users|work|root|private)\/\w/m
  expect(tracked.filter((path) => machine.test(readFileSync(join(root, path), 'utf8')))).toEqual([])
})
