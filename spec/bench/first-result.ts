/** How long a user waits: from the spawning of the installed command to the first result of the introduction in its file; and where it goes. */
import { spawn, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from '../tools/markdown.ts'
import { firstResultMsMax, firstResultOnSlotsMsMax } from './bars.ts'
import { install } from './installed.ts'
import { median, spread } from './statistics.ts'
import { columns } from './text-columns.ts'

/** What is imported at the start: what only the command needs, and what the library needs. */
const imports = ['commander', 'fast-json-stable-stringify', 'xstate', 'rxjs', 'millrace', 'millrace/files']

/** Prints the median, and what each import costs alone in a fresh process. */
export const firstResult = async (rounds: number): Promise<void> => {
  const project = mkdtempSync(join(tmpdir(), 'millrace-first-'))
  try {
    const command = install(project)
    cpSync(join(root, 'samples/introduction'), join(project, 'introduction'), { recursive: true })
    writeFileSync(join(project, 'empty.ts'), 'export {}')
    const [alone, onSlots]: [Wait[], Wait[]] = [[], []]
    for (let round = 0; round < rounds; round++) {
      alone.push(await untilFirstResult(command, project, []))
      onSlots.push(await untilFirstResult(command, project, ['--slots', '2', '--parallelism', '2']))
    }
    const missed = [reported(0, alone, firstResultMsMax), reported(2, onSlots, firstResultOnSlotsMsMax)].join('')
    console.log(columns([['in a process of its own', 'ms', 'above an empty one'], ...costs(project, command, rounds)]))
    if (missed !== '') console.log(missed.trimEnd())
  } finally {
    rmSync(project, { recursive: true, force: true })
  }
}

interface Wait {
  readonly firstMs: number
  /** Until the process has ended. */
  readonly endMs: number
}

/** Prints the median, and says whether the bar was missed. */
const reported = (slots: number, waits: readonly Wait[], bar: number): string => {
  const first = waits.map((wait) => wait.firstMs)
  const ms = Math.round(median(first))
  console.log(JSON.stringify({ firstResultMs: ms, slots, spread: spread(first, 0), endMs: Math.round(median(waits.map(({ endMs }) => endMs))), bar }))
  return ms < bar ? '' : `Bar missed: ${ms} ms on ${slots} slots, and it is to be less than ${bar}.\n`
}

/** Asks each millisecond whether the file has more than its header. */
const untilFirstResult = (command: string, project: string, options: readonly string[]): Promise<Wait> => {
  const file = join(project, 'introduction/output/counts.csv')
  rmSync(join(project, 'introduction/output'), { recursive: true, force: true })
  return new Promise((resolve, reject) => {
    const from = performance.now()
    const child = spawn(process.execPath, [command, 'run', 'introduction/topology.ts', ...options], { cwd: project, stdio: 'ignore' })
    let firstMs = NaN
    const look = (): void => {
      if (Number.isNaN(firstMs) && existsSync(file) && statSync(file).size > 'word,start,count\n'.length) firstMs = performance.now() - from
    }
    const watch = setInterval(look, 1)
    child.on('error', reject)
    child.on('exit', (code) => {
      clearInterval(watch)
      look()
      if (code === 0 && !Number.isNaN(firstMs)) resolve({ firstMs, endMs: performance.now() - from })
      else reject(new Error(`the introduction ended with exit code ${code}, its output: ${readdirSync(join(project, 'introduction')).join(', ')}`))
    })
  })
}

/** Whole processes that import one thing, and the command that prints its version. */
const costs = (project: string, command: string, rounds: number): string[][] => {
  const empty = wholeProcess(project, ['--input-type=module', '--eval', ''], rounds)
  const row = (name: string, args: readonly string[]): string[] => {
    const ms = wholeProcess(project, args, rounds)
    return [name, ms.toFixed(0), (ms - empty).toFixed(0)]
  }
  return [
    ['nothing', empty.toFixed(0), ''],
    row('import an empty .ts', ['--input-type=module', '--eval', "import './empty.ts'"]),
    ...imports.map((name) => row(`import '${name}'`, ['--input-type=module', '--eval', `import '${name}'`])),
    row('millrace --version', [command, '--version']),
    row('import the topology', ['--input-type=module', '--eval', "import './introduction/topology.ts'"]),
    row('millrace explain of it', [command, 'explain', 'introduction/topology.ts']),
    row('millrace run of it', [command, 'run', 'introduction/topology.ts']),
  ]
}

const wholeProcess = (cwd: string, args: readonly string[], rounds: number): number =>
  median(
    Array.from({ length: rounds }, () => {
      const from = performance.now()
      const { status, stderr } = spawnSync(process.execPath, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'ignore', 'pipe'] })
      if (status !== 0) throw new Error(`node ${args.join(' ')} ended with exit code ${status}: ${stderr}`)
      return performance.now() - from
    }),
  )
