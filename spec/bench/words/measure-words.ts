/** W4: whole processes, from a CSV file to a CSV file, and the check of what they wrote. */
import { createHash } from 'node:crypto'
import { copyFileSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { checkSame, golden } from '../golden.ts'
import type { WordTotals } from '../golden.ts'
import { install } from '../installed.ts'
import { versionOf } from '../measure.ts'
import type { Engine } from '../measure.ts'
import { median } from '../statistics.ts'
import { timedProcess } from '../timed-process.ts'
import { makeWords } from './make-words.ts'

export const wordEngines = ['millrace', 'plain loop', 'rxjs'] as const satisfies readonly Engine[]
export type WordEngine = (typeof wordEngines)[number]

export const wordLines = 2_000_000

export interface WordsMeasured {
  readonly engine: WordEngine
  readonly lines: number
  readonly parallelism: number
  readonly slots: number
  readonly runs: number
}

export interface WordsResult extends WordTotals {
  readonly engine: string
  readonly version: string
  readonly workload: 'W4'
  readonly parallelism: number
  readonly slots: number
  readonly records: number
  /** Median over the runs, each from the spawning of the process to its end. */
  readonly seconds: number
  readonly recordsPerSecond: number
  /** Of all threads, a median as well. */
  readonly cpuSeconds: number
  /** Peak of the process. */
  readonly rssMiB: number
}

/** @throws when a run has not written what it must */
export const measureWords = async ({ engine, lines, parallelism, slots, runs }: WordsMeasured): Promise<WordsResult> => {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-words-'))
  try {
    const [input, output] = [join(folder, 'words.csv'), join(folder, 'counts.csv')]
    await makeWords(input, lines)
    const command = commandOf(engine, folder, ['--parallelism', String(parallelism), '--slots', String(slots), '--quiet'])
    const timed = []
    let totals: WordTotals | undefined
    const expected = await expectedWords(lines, input, output)
    for (let index = 0; index < runs; index++) {
      await rm(output, { force: true })
      timed.push(await timedProcess(command(input, output), folder))
      totals = await totalsOf(output)
      checkSame('W4', totals, expected)
    }
    const seconds = median(timed.map((run) => run.seconds))
    return {
      engine,
      version: versionOf(engine),
      workload: 'W4',
      parallelism,
      slots,
      records: lines,
      seconds: Number(seconds.toFixed(3)),
      recordsPerSecond: Math.round(lines / seconds),
      cpuSeconds: Number(median(timed.map((run) => run.cpuSeconds)).toFixed(3)),
      rssMiB: median(timed.map(({ rssMiB }) => rssMiB)),
      ...totals!,
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

type Command = (input: string, output: string) => readonly string[]

/** Millrace runs as a user runs it: installed, by its command. */
const commandOf = (engine: WordEngine, folder: string, options: readonly string[]): Command => {
  if (engine !== 'millrace') return (input, output) => [scriptOf(engine), input, output]
  const main = install(folder)
  const topology = join(folder, 'topology.ts')
  copyFileSync(fileURLToPath(new URL('topology.ts', import.meta.url)), topology)
  return (input, output) => [main, 'run', topology, '-p', `input=${input}`, '-p', `output=${output}`, ...options]
}

const scriptOf = (engine: Exclude<WordEngine, 'millrace'>): string =>
  fileURLToPath(new URL(engine === 'rxjs' ? 'rxjs.ts' : 'plain-loop.ts', import.meta.url))

const expectedWords = async (lines: number, input: string, output: string): Promise<WordTotals> => {
  if (lines === wordLines) return golden.W4
  await timedProcess([scriptOf('plain loop'), input, output], '.')
  return totalsOf(output)
}

const totalsOf = async (path: string): Promise<WordTotals> => {
  const lines = (await readFile(path, 'utf8')).trimEnd().split('\n').toSorted()
  const hash = createHash('sha256')
  let sumCount = 0
  for (const line of lines) {
    hash.update(`${line}\n`)
    sumCount += Number(line.slice(line.lastIndexOf(',') + 1))
  }
  return { outputs: lines.length, sumCount, sha256: hash.digest('hex') }
}
