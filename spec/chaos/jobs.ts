/** The jobs that chaos kills: their module, how they are paced, and what they must write. */
import { join } from 'node:path'

export interface ChaosJob {
  readonly name: string
  /** From the repository's folder. */
  readonly module: string
  readonly records: number
  /** Milliseconds. */
  readonly checkpointEvery: number
  readonly outputName: string
  /** What it must write, where that is known apart from any run of it. */
  readonly expected: string | null
  parameters(output: string): Readonly<Record<string, unknown>>
  /** Parameters for reading all of its records at once. */
  readonly unpaced: Readonly<Record<string, unknown>>
  /** The file that these results come to. */
  write(results: readonly unknown[]): string
}

interface Counted {
  readonly word: string
  readonly start: number
  readonly count: number
}

const introduction: ChaosJob = {
  name: 'introduction',
  module: 'samples/introduction/topology.ts',
  records: 72,
  checkpointEvery: 10,
  outputName: 'counts.csv',
  expected: 'samples/introduction/expected.csv',
  unpaced: { 'words-per-second': 1e9 },
  write: (results) => ['word,start,count', ...(results as Counted[]).map(({ word, start, count }) => `${word},${start},${count}`), ''].join('\n'),
  parameters: (output) => ({ output, 'words-per-second': 80 }),
}

const generated: ChaosJob = {
  name: 'generated',
  module: 'spec/chaos/generated-topology.ts',
  records: 1_000_000,
  checkpointEvery: 50,
  outputName: 'totals.ndjson',
  expected: null,
  unpaced: { output: 'nowhere', records: 1_000_000, 'records-per-second': 1e9 },
  write: (results) => results.map((result) => `${JSON.stringify(result)}\n`).join(''),
  parameters: (output) => ({ output, records: 1_000_000, 'records-per-second': 400_000 }),
}

export const jobs: readonly ChaosJob[] = [introduction, generated]

export const outputOf = (job: ChaosJob, folder: string): string => join(folder, job.outputName)
