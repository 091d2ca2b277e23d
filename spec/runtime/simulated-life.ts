/** One process of a job in a simulated world: run to its end, to a moment at which something is done to it, or killed there. */
import { simWorld } from '../../lib/env/sim.ts'
import type { SimFaults, SimWorld } from '../../lib/env/sim.ts'
import { fileStore } from '../../lib/checkpoint/stores/file-store.ts'
import type { Job, JobEvent, JobSummary, RunOptions } from '../../lib/runtime/job-handle.ts'
import { runIn } from '../../lib/runtime/job.ts'
import type { MillraceError, Topology } from 'millrace'

export interface LifeOptions extends Omit<RunOptions, 'checkpoints'> {
  /** Milliseconds between checkpoints, or none. */
  readonly every?: number | null
  readonly keep?: number
  readonly timeout?: number
  readonly batchRows?: number
  /** The moment at which `act` is done, or the process is killed where there is no `act`. */
  readonly until?: (job: Job, events: readonly JobEvent[]) => boolean
  readonly act?: (job: Job) => unknown
  /** Kills the process after that many steps. */
  readonly steps?: number
  /** The machine stays on when the process ends: another one runs on it. */
  readonly shares?: boolean
}

export interface Life {
  readonly job: Job | null
  readonly summary: JobSummary | null
  readonly error: MillraceError | null
  readonly events: readonly JobEvent[]
  /** What `act` gave. */
  readonly answer: unknown
  /** Steps until it had ended or was killed. */
  readonly steps: number
}

export const checkpointsIn = '/checkpoints'
export const world = (seed = 1, faults: SimFaults = {}): SimWorld => simWorld({ seed, faults })
export const textOf = (on: SimWorld, path: string): string | undefined => {
  const bytes = on.disk.read(path)
  return bytes === undefined ? undefined : new TextDecoder().decode(bytes)
}
export const put = (on: SimWorld, path: string, text: string): void => on.disk.put(path, new TextEncoder().encode(text))
export const complete = (on: SimWorld, job: string): string[] =>
  on.disk.paths().filter((path) => path.startsWith(`${checkpointsIn}/${job}/`) && path.endsWith('/manifest.json')).map((path) => path.slice(0, -'/manifest.json'.length))
/** Turns one bit in the middle of a file. */
export const damage = (on: SimWorld, path: string): void => {
  const bytes = on.disk.read(path)!.slice()
  bytes[bytes.length >> 1]! ^= 1
  on.disk.put(path, bytes)
}

const limits = { steps: 200_000, virtualMs: 3_600_000 }

export const live = async (on: SimWorld, topology: Topology, options: LifeOptions = {}): Promise<Life> => {
  const { every = 5, keep, timeout, batchRows = 2, until, act, steps, shares = false, ...run } = options
  const process = on.boot()
  const events: JobEvent[] = []
  let job: Job | null = null
  let summary: JobSummary | null = null
  let error: MillraceError | null = null
  let answer: unknown
  let answered = false
  const checkpoints = every === null ? {} : { checkpoints: { every, to: fileStore(checkpointsIn), ...(keep === undefined ? {} : { keep }), ...(timeout === undefined ? {} : { timeout }) } }
  const ended = (): boolean => summary !== null || error !== null
  void runIn(process.env, topology, { ...run, ...checkpoints }, { batchRows, channelRows: 4, chains: 'compiled' })
    .then((started) => {
      job = started
      started.events$.subscribe((event) => events.push(event))
      return started.completed
    })
    .then(
      (reached) => (summary = reached),
      (thrown: unknown) => (error = thrown as MillraceError),
    )
  const isTime = (): boolean => job !== null && until !== undefined && until(job, events)
  const outcome = await process.run(() => ended() || isTime(), { ...limits, ...(steps === undefined ? {} : { steps }) })
  if (outcome === 'quiet' || (outcome === 'limit' && steps === undefined)) throw new Error(`the job hangs (${outcome}) after ${process.steps} steps`)
  if (!ended() && outcome === 'until' && act !== undefined) {
    void Promise.resolve(act(job!)).then(
      (value) => {
        answer = value
        answered = true
      },
      (thrown: unknown) => {
        answer = thrown
        answered = true
      },
    )
    const last = await process.run(() => ended() && answered, limits)
    if (last !== 'until') throw new Error(`the job hangs (${last}) after ${process.steps} steps`)
  }
  if (!shares) process.kill()
  return { job, summary, error, events, answer, steps: process.steps }
}

/** How many checkpoints have been completed, the first one included. */
export const taken = (events: readonly JobEvent[]): number => events.filter((event) => event.type === 'checkpoint').length
/** For `until`: `count` checkpoints have been completed. */
export const afterCheckpoints =
  (count: number) =>
  (_: Job, events: readonly JobEvent[]): boolean =>
    taken(events) >= count
/** For `until`: that many records have left the sources. */
export const afterRecords =
  (count: number) =>
  (job: Job): boolean =>
    job.metrics().records >= count
export const startOf = (life: Life): Extract<JobEvent, { type: 'started' }> | undefined =>
  life.events.find((event) => event.type === 'started') as Extract<JobEvent, { type: 'started' }> | undefined
