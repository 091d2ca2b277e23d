/** One engine on one workload: warmed once in this process, then timed. */
import { readFileSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import { millraceRun } from './millrace-run.ts'
import { plainLoop } from './plain-loop.ts'
import { golden } from './workload.ts'
import type { Totals, Workload } from './workload.ts'

export type Engine = 'millrace' | 'plain loop'

export interface Result extends Totals {
  readonly engine: Engine
  readonly version: string
  readonly workload: string
  readonly parallelism: number
  readonly records: number
  /** Median of the timed runs: first record generated to sink closed. */
  readonly seconds: number
  readonly recordsPerSecond: number
  /** Peak of the process. */
  readonly rssMiB: number
}

/** @throws when a run does not reach the golden totals */
export const measure = async (engine: Engine, workload: Workload, parallelism: number, runs: number): Promise<Result> => {
  const once = (): Promise<Totals> => (engine === 'millrace' ? millraceRun(workload, parallelism) : Promise.resolve(plainLoop(workload)))
  const times: number[] = []
  let totals = checked(workload, parallelism, await once())
  for (let index = 0; index < runs; index++) {
    const from = performance.now()
    totals = checked(workload, parallelism, await once())
    times.push((performance.now() - from) / 1_000)
  }
  const seconds = median(times)
  return {
    engine,
    version: engine === 'millrace' ? version() : process.version,
    workload: workload.name,
    parallelism,
    records: workload.records,
    seconds: Number(seconds.toFixed(3)),
    recordsPerSecond: Math.round(workload.records / seconds),
    rssMiB: Math.round(process.resourceUsage().maxRSS / 1_024),
    ...totals,
  }
}

export const median = (numbers: readonly number[]): number => numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? NaN

/** Where the generator is split, which of two records of a key comes first is open, and with it the sum of W2's running sums. */
const checked = ({ name }: Workload, parallelism: number, totals: Totals): Totals => {
  const expected = name === 'W2' && parallelism > 1 ? { ...golden[name], sumValue: totals.sumValue } : golden[name]
  if (isDeepStrictEqual(totals, expected)) return totals
  throw new Error(`${name}: the totals are ${JSON.stringify(totals)} and must be ${JSON.stringify(expected)}`)
}

const version = (): string => {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}
