/** One engine on one workload: warmed once in this process, then timed, and its totals checked. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { runOf } from './engines/engine-run.ts'
import type { Checkpoint, EngineRun } from './engines/engine-run.ts'
import { checkTotals, expectedTotals } from './golden.ts'
import type { Totals } from './golden.ts'
import { median } from './statistics.ts'
import type { Workload } from './workload.ts'

export const engines = ['millrace', 'plain loop', 'posted objects', '@most/core', 'rxjs'] as const
export type Engine = (typeof engines)[number]

export interface Measured {
  readonly engine: Engine
  readonly workload: Workload
  /** Of Millrace; the others have one instance of everything. */
  readonly parallelism: number
  /** Of Millrace: threads besides this one. */
  readonly slots: number
  /** Twice the records in one run that nothing has warmed up, and only the second half of it is timed. */
  readonly steady: boolean
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
  readonly slots: number
  readonly records: number
  /** Whether only the second half of them was timed. */
  readonly steady?: true
  /** Median of the timed runs: start, first record generated, sink closed, end. */
  readonly seconds: number
  /** Of that, a median as well: until the first record was asked for. */
  readonly startSeconds?: number
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

const warmUpRecordsMax = 10_000_000
const checkpointsMin = 5

/** @throws when a run does not reach the expected totals, or has too few checkpoints */
export const measure = async (what: Measured): Promise<Result> => {
  const { engine, parallelism, slots, steady, runs } = what
  const workload = steady ? { ...what.workload, records: what.workload.records * 2 } : what.workload
  const run = await runnerOf(what)
  const expected = expectedTotals(workload)
  if (!steady) await run({ ...workload, records: Math.min(workload.records, warmUpRecordsMax) })
  const times: number[] = []
  const cpuTimes: number[] = []
  const starts: number[] = []
  let last: EngineRun | undefined
  for (let index = 0; index < runs; index++) {
    const [from, cpuFrom] = [performance.now(), process.cpuUsage()]
    last = await run(workload)
    const whole = (performance.now() - from) / 1_000
    const { user, system } = process.cpuUsage(cpuFrom)
    cpuTimes.push((user + system) / 1e6)
    checkTotals(workload, parallelism, last.totals, expected)
    times.push(steady ? secondHalfOf(last, engine) : whole)
    if (last.startSeconds !== undefined) starts.push(last.startSeconds)
  }
  const seconds = median(times)
  return {
    engine,
    version: versionOf(engine),
    workload: workload.name,
    parallelism,
    slots,
    records: workload.records,
    ...(steady ? { steady } : {}),
    seconds: Number(seconds.toFixed(3)),
    ...(starts.length === 0 ? {} : { startSeconds: Number(median(starts).toFixed(3)) }),
    recordsPerSecond: Math.round(what.workload.records / seconds),
    cpuSeconds: Number(median(cpuTimes).toFixed(3)),
    rssMiB: Math.round(process.resourceUsage().maxRSS / 1_024),
    ...last!.totals,
    ...(what.checkpoints ? checkpointFigures(last!.checkpoints, what.wantsCheckpoints) : {}),
  }
}

const secondHalfOf = ({ secondHalfSeconds }: EngineRun, engine: Engine): number => {
  if (secondHalfSeconds === undefined) throw new Error(`${engine} does not tell when its second half began`)
  return secondHalfSeconds
}

/** Only the engine that is measured is loaded. */
const runnerOf = async ({ engine, parallelism, slots, checkpoints, combine }: Measured): Promise<(workload: Workload) => Promise<EngineRun>> => {
  switch (engine) {
    case 'millrace': {
      const { millraceRun } = await import('./engines/millrace.ts')
      return (workload) => millraceRun(workload, { parallelism, slots, checkpoints, combine })
    }
    case 'plain loop': {
      const { plainLoop } = await import('./engines/plain-loop.ts')
      return async (workload) => runOf(plainLoop(workload))
    }
    case 'posted objects': {
      const { postedObjects } = await import('./engines/posted-objects.ts')
      return postedObjects
    }
    case '@most/core': {
      const { mostRun } = await import('./engines/most.ts')
      return async (workload) => runOf(await mostRun(workload))
    }
    case 'rxjs': {
      const { rxjsRun } = await import('./engines/rxjs.ts')
      return async (workload) => runOf(await rxjsRun(workload))
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
  if (engine === 'plain loop' || engine === 'posted objects') return process.version
  const path = engine === 'millrace' ? new URL('../../package.json', import.meta.url) : createRequire(import.meta.url).resolve(`${engine}/package.json`)
  return (JSON.parse(readFileSync(path, 'utf8')) as { readonly version: string }).version
}
