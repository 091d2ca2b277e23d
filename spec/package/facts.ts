/** What must hold of the installed package on every Node: each fact is seen as text, beside the text that it has to be. */
import { blocks, page } from '../tools/markdown.ts'
import type { TriedNode } from './nodes.ts'
import type { Project } from './packed.ts'

export interface Fact {
  readonly name: string
  readonly expected: string
  see(project: Project, node: TriedNode): string
}

const { version, exports } = JSON.parse(page('package.json')) as { readonly version: string; readonly exports: Readonly<Record<string, unknown>> }

/** 'millrace', 'millrace/files', … */
export const entries: readonly string[] = Object.keys(exports).map((path) => path.replace('.', 'millrace'))

/** A program in a file of its own, run as it is. */
const program = (name: string, file: string, text: string, expected: string, flags: readonly string[] = []): Fact => ({
  name,
  expected,
  see: (project, node) => {
    project.write(file, text)
    return project.run(node, [...flags, file])
  },
})

const sums = `
const totals = collect()
const flow = from(source('numbers', fromArray([1, 2, 3, 4]))).pipe(
  keyBy((n) => (n % 2 === 0 ? 'even' : 'odd')),
  scan((sum, n) => sum + n, 0, { id: 'sum' }),
).to(sink('totals', totals))
const print = () => console.log(totals.records.map(({ key, value }) => key + ' ' + value).join(', '))
`
const names = '{ collect, from, fromArray, keyBy, run, scan, sink, source, topology }'
const summed = 'odd 1, even 2, odd 4, even 6\n'
const inModule = `import ${names} from 'millrace'\n${sums}\nawait (await run(topology(import.meta, 'sums', flow))).completed\nprint()\n`

const readme = page('README.md')

/** Copies lines, and stops with a checkpoint after some; run again it goes on. */
const copying = `
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { from, generate, map, run, sink, source, topology } from 'millrace'
import { fileStore, writeLines } from 'millrace/files'

const numbers = from(source('numbers', generate((index) => index, { count: 1_000, ratePerSecond: 4_000 })))
const flow = numbers.pipe(map((n) => 'line ' + n)).to(sink('lines', writeLines('lines.txt')))
const job = await run(topology(import.meta, 'copy', flow), { checkpoints: { every: 10, to: fileStore('checkpoints') } })
const started = await new Promise((resolve) => job.events$.subscribe((event) => event.type === 'started' && resolve(event.from)))
if (started === 'new') {
  await job.checkpoint()
  await job.stop()
} else await job.completed
const whole = Array.from({ length: 1_000 }, (_, n) => 'line ' + n + '\\n').join('')
const written = readFileSync('lines.txt', 'utf8')
console.log(started, written === whole ? 'whole' : whole.startsWith(written) ? 'a part' : 'wrong')
`

const unreachable = ['millrace/lib/index.ts', 'millrace/dist/index.js', 'millrace/dist/runtime/job.js', 'millrace/runtime/job', 'millrace/package.json']

const refused = (importing: (path: string) => string, type: string): Fact => ({
  name: `nothing else can be ${type === 'module' ? 'imported' : 'required'}`,
  expected: unreachable.map((path) => `${path}: ERR_PACKAGE_PATH_NOT_EXPORTED\n`).join(''),
  see: (project, node) =>
    unreachable
      .map((path) => {
        const output = project.run(node, [`--input-type=${type}`, '--eval', importing(path)])
        return `${path}: ${/ERR_\w+/.exec(output)?.[0] ?? output}\n`
      })
      .join(''),
})

export const facts: readonly Fact[] = [
  program('JavaScript: a topology', 'sums.mjs', inModule, summed),
  program("TypeScript, run as it is: README's first program", 'averages.mts', blocks(readme, 'ts')[0]!, blocks(readme, 'text')[0]!),
  program(
    'CommonJS: require of every entry, and a topology',
    'sums.cjs',
    `for (const entry of ${JSON.stringify(entries)}) require(entry)\nconst ${names} = require('millrace')\n${sums}
run(topology(null, 'sums', flow)).then((job) => job.completed).then(print)\n`,
    summed,
  ),
  program(
    'every entry can be imported',
    'entries.mjs',
    `for (const entry of ${JSON.stringify(entries)}) console.log(entry, Object.keys(await import(entry)).length > 0)\n`,
    entries.map((entry) => `${entry} true\n`).join(''),
  ),
  program('with the condition of this repository: a topology', 'sums.mjs', inModule, summed, ['--conditions=@millrace/source']),
  program(
    'without code generation from strings: a topology',
    'sums.mjs',
    inModule,
    summed,
    ['--disallow-code-generation-from-strings'],
  ),
  {
    name: 'a stopped job goes on from its checkpoint in a new process',
    expected: 'new a part\nresumed whole\nfinished whole\n',
    see: (project, node) => {
      project.remove('checkpoints', 'lines.txt')
      project.write('copy.mjs', copying)
      return [0, 1, 2].map(() => project.run(node, ['copy.mjs'])).join('')
    },
  },
  program(
    'millrace/testing: an operator is verified',
    'verify.mjs',
    "import { map } from 'millrace'\nimport { verifyOperator } from 'millrace/testing'\nawait verifyOperator(map((n) => n + 1), { input: [1, 2], expected: [2, 3] })\nconsole.log('verified')\n",
    'verified\n',
  ),
  {
    name: 'the command: its version, a plan, a run',
    expected: `${version}\nplan\nMILL\nRACE\n`,
    see: (project, node) => {
      project.write('words.csv', 'word\nmill\nrace\n')
      project.write(
        'upper.mjs',
        "import { from, map, sink, source, topology } from 'millrace'\nimport { readCsv, writeLines } from 'millrace/files'\nconst words = from(source('words', readCsv('words.csv', 'word STRING NOT NULL')))\nexport default topology(import.meta, 'upper', words.pipe(map(({ word }) => word.toUpperCase())).to(sink('out', writeLines('upper.txt'))))\n",
      )
      const command = (...args: readonly string[]): string => project.run(node, ['node_modules/millrace/dist/cli/main.js', ...args])
      const plan = command('explain', 'upper.mjs')
      const ran = command('run', 'upper.mjs', '--quiet')
      return `${command('--version')}${plan.includes('words.csv') ? 'plan\n' : plan}${/exit code/.test(ran) ? ran : project.read('upper.txt')}`
    },
  },
  refused((path) => `await import('${path}')`, 'module'),
  refused((path) => `require('${path}')`, 'commonjs'),
]
