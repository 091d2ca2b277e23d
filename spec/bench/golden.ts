/** The totals a run must reach: a run that does not is no result. */
import { readFileSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import { plainLoop } from './engines/plain-loop.ts'
import type { Workload } from './workload.ts'
import { workloads } from './workload.ts'

/** What the folding sink of a workload has seen. */
export interface Totals {
  /** Records that reached it. */
  readonly outputs: number
  readonly sumCount: number
  readonly sumValue: number
}

/** Of the file that W4 writes. */
export interface WordTotals {
  /** Lines. */
  readonly outputs: number
  readonly sumCount: number
  /** Of the sorted lines, each with its line end. */
  readonly sha256: string
}

export const golden: Readonly<Record<Workload['name'], Totals>> & { readonly W4: WordTotals } = JSON.parse(
  readFileSync(new URL('golden.json', import.meta.url), 'utf8'),
)

/** Of another number of records than the workload's own there is no golden figure: the plain loop gives it. */
export const expectedTotals = (workload: Workload): Totals =>
  workloads.some(({ name, records }) => name === workload.name && records === workload.records) ? golden[workload.name] : plainLoop(workload)

/**
 * Where the generator is split, which of two records of a key comes first is open, and with it the sum of running sums.
 * @throws when the totals are not the expected ones
 */
export const checkTotals = (workload: Workload, parallelism: number, found: Totals, expected: Totals): void => {
  const isOpen = workload.window === null && parallelism > 1
  checkSame(workload.name, found, isOpen ? { ...expected, sumValue: found.sumValue } : expected)
}

/** @throws when they differ */
export const checkSame = (workload: string, found: object, expected: object): void => {
  if (isDeepStrictEqual(found, expected)) return
  throw new Error(`${workload}: the totals are ${JSON.stringify(found)} and must be ${JSON.stringify(expected)}: no result`)
}
