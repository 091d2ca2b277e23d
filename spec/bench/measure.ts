/** One engine on one workload: warmed once in this process, then timed, and its totals checked. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Checkpoint } from './engines/millrace.ts'
import { checkTotals, expectedTotals } from './golden.ts'
import type { Totals } from './golden.ts'
import { median } from './statistics.ts'
import type { Workload } from './workload.ts'

export const engines = ['millrace', 'plain loop', '@most/core', 'rxjs'] as const
export type Engine = (typeof engines)[number]

export interface Measured {
  readonly engine: Engine
  readonly workload: Workload
  /** Of Millrace; the others have one instance of everything. */
  readonly parallelism: number
  /** Of Millrace: one each second. */
  readonly checkpoints: boolean
  /** Of Millrace: senders add up before a shuffle. */
  readonly combine: boolean
  /** Timed runs. */
  readonly runs: number
  /** Whether so few checkpoints that the workload says nothing are a failure. */
  readonly wantsCheckpoints: boolean
}

export interface Result extends Totals {
  readonly engine: string
  readonly version: string
  readonly workload: string
  readonly parallelism: number
  readonly records: number
  /** Median of the timed runs: first record generated to sink closed. */
  readonly seconds: number
  readonly recordsPerSecond: number
  /** Of all threads, a median as well: what other processes take away does not count. */
  readonly cpuSeconds: number
  /** Peak of the process. */
  readonly rssMiB: number
  /** Completed in the last run; with the medians of their sizes and of the times they took. */
  readonly checkpoints?: number
  readonly checkpointMiB?: number
  readonly checkpointMs?: number
}

interface Run {
  readonly totals: Totals
  readonly checkpoints: readonly Checkpoint[]
}

const warmUpRecordsMax = 10_000_000
const checkpointsMin = 5

/** @throws when a run does not reach the expected totals, or has too few checkpoints */
export const measure = async (what: Measured): Promise<Result> => {
  const { engine, workload, parallelism, runs } = what
  const run = await runnerOf(what)
  const expected = expectedTotals(workload)
  await run({ ...workload, records: Math.min(workload.records, warmUpRecordsMax) })
  const times: number[] = []
  const cpuTimes: number[] = []
  let last: Run | undefined
  for (let index = 0; index < runs; index++) {
    const [from, cpuFrom] = [performance.now(), process.cpuUsage()]
    last = await run(workload)
    times.push((performance.now() - from) / 1_000)
    const { user, system } = process.cpuUsage(cpuFrom)
    cpuTimes.push((user + system) / 1e6)
    checkTotals(workload, parallelism, last.totals, expected)
  }
  const seconds = median(times)
  return {
    engine,
    version: versionOf(engine),
    workload: workload.name,
    parallelism,
    records: workload.records,
    seconds: Number(seconds.toFixed(3)),
    recordsPerSecond: Math.round(workload.records / seconds),
    cpuSeconds: Number(median(cpuTimes).toFixed(3)),
    rssMiB: Math.round(process.resourceUsage().maxRSS / 1_024),
    ...last!.totals,
    ...(what.checkpoints ? checkpointFigures(last!.checkpoints, what.wantsCheckpoints) : {}),
  }
}

/** Only the engine that is measured is loaded. */
const runnerOf = async ({ engine, parallelism, checkpoints, combine }: Measured): Promise<(workload: Workload) => Promise<Run>> => {
  switch (engine) {
    case 'millrace': {
      const { millraceRun } = await import('./engines/millrace.ts')
      return (workload) => millraceRun(workload, { parallelism, checkpoints, combine })
    }
    case 'plain loop': {
      const { plainLoop } = await import('./engines/plain-loop.ts')
      return async (workload) => ({ totals: plainLoop(workload), checkpoints: [] })
    }
    case '@most/core': {
      const { mostRun } = await import('./engines/most.ts')
      return async (workload) => ({ totals: await mostRun(workload), checkpoints: [] })
    }
    case 'rxjs': {
      const { rxjsRun } = await import('./engines/rxjs.ts')
      return async (workload) => ({ totals: await rxjsRun(workload), checkpoints: [] })
    }
  }
}

const checkpointFigures = (checkpoints: readonly Checkpoint[], wanted: boolean): Pick<Result, 'checkpoints' | 'checkpointMiB' | 'checkpointMs'> => {
  if (wanted && checkpoints.length < checkpointsMin)
    throw new Error(`${checkpoints.length} checkpoints completed, and ${checkpointsMin} are needed: no result`)
  return {
    checkpoints: checkpoints.length,
    checkpointMiB: Number((median(checkpoints.map(({ bytes }) => bytes)) / 2 ** 20).toFixed(1)),
    checkpointMs: Math.round(median(checkpoints.map(({ tookMs }) => tookMs))),
  }
}

/** Of the package, or of the Node that runs the plain loop. */
export const versionOf = (engine: Engine): string => {
  if (engine === 'plain loop') return process.version
  const path = engine === 'millrace' ? new URL('../../package.json', import.meta.url) : createRequire(import.meta.url).resolve(`${engine}/package.json`)
  return (JSON.parse(readFileSync(path, 'utf8')) as { readonly version: string }).version
}
