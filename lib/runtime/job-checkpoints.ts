/**
 * The checkpoints of a job: asked for by time, by the user or by the end of the job; taken one at a time; made durable; committed.
 */
import type { ChunkFile } from '../checkpoint/chunk-file.ts'
import { Coordinator } from '../checkpoint/coordinator.ts'
import { CheckpointInDoubt } from '../checkpoint/store.ts'
import type { CheckpointData, CheckpointFacts, CheckpointKind, OpenStore } from '../checkpoint/store.ts'
import type { Env } from '../env/env.ts'
import { MillraceError } from '../errors.ts'
import { statefulParts } from '../plan/plan.ts'
import type { Plan } from '../plan/plan.ts'
import { describeError } from '../supervision/describe-error.ts'
import type { Acknowledgement } from './actor-host.ts'
import { inWords } from './failure.ts'
import type { JobCounters, JobEvent } from './job-handle.ts'
import type { Region } from './region.ts'
import type { JobRecord } from './restored-job.ts'

export interface CheckpointRequest {
  readonly kind: CheckpointKind
  /** Of a savepoint. */
  readonly path: string | null
  /** The last one: nothing is read after it, and the job ends. */
  readonly final: boolean
  /** All input had been read to its end. */
  readonly finished: boolean
  readonly waiters: readonly { resolve(checkpoint: number): void; reject(error: unknown): void }[]
}

export interface CheckpointsHost {
  readonly env: Env
  readonly plan: Plan
  readonly store: OpenStore | null
  /** Number of this start on its store. */
  readonly run: number
  readonly timeout: number | null
  /** Those that run; null while one restarts or the job has ended, when none is begun. */
  regions(): readonly Region[] | null
  /** Per region, from the start of the job's life, with what these actors have counted. */
  countersWith(acks: readonly Acknowledgement[]): readonly JobCounters[]
  elapsed(): number
  emit(event: JobEvent): void
  /** A checkpoint is complete, its sinks included. */
  done(request: CheckpointRequest): void
  /** The last checkpoint cannot be stored. */
  lastFailed(error: unknown): void
  after(ms: number, wake: () => void): void
}

/** Attempts to store the last checkpoint of a job before it is said to have failed. */
const FINAL_ATTEMPTS_MAX = 3
const FINAL_WAIT_MS = 100

interface Stored {
  /** With the chunks of this thread's actors. */
  readonly data: CheckpointData
  /** What slots have written of it. */
  readonly files: readonly ChunkFile[]
}

interface Pending {
  readonly request: CheckpointRequest
  readonly startedAt: number
}

export class JobCheckpoints {
  completed = 0
  /** The last complete one. */
  private last: Stored | null
  private readonly host: CheckpointsHost
  private readonly coordinator: Coordinator<Acknowledgement>
  private readonly requests: CheckpointRequest[] = []
  private pending: Pending | null = null
  private next: number
  private cancelTimeout: (() => void) | null = null
  private finalAttempts = 0
  private savepointFailure: MillraceError | null = null
  private disposed = false
  /** Ends a pause early, when the job ends. */
  private wake: (() => void) | null = null

  constructor(host: CheckpointsHost, data: CheckpointData | null, first: number) {
    this.host = host
    this.last = data === null ? null : { data, files: [] }
    this.next = first
    this.coordinator = new Coordinator<Acknowledgement>({
      trigger: (checkpoint) => {
        for (const region of this.host.regions() ?? []) region.trigger({ checkpoint, final: this.pending!.request.final })
      },
      write: (checkpoint, acks) => this.write(checkpoint, acks),
      commit: (checkpoint) => {
        for (const region of this.host.regions() ?? []) region.commit(checkpoint)
      },
      done: (checkpoint) => this.done(checkpoint),
      failed: (checkpoint, error) => this.failed(checkpoint, error),
    })
  }

  /** The last complete one: where a restart begins. */
  get data(): CheckpointFacts | null {
    return this.last?.data ?? null
  }

  /** The last complete one with all its chunks: those that slots have written are read back. @throws SNAPSHOT_CORRUPT */
  async load(): Promise<CheckpointData | null> {
    const { last } = this
    if (last === null || last.files.length === 0) return last?.data ?? null
    const { data, files } = last
    return { ...data, chunks: [...data.chunks, ...(await this.host.store!.shared!.read(data, files))] }
  }

  get isIdle(): boolean {
    return this.coordinator.isIdle && this.requests.length === 0
  }

  acknowledge(ack: Acknowledgement): void {
    this.coordinator.acknowledge(ack)
  }

  committed(sink: string, checkpoint: number): void {
    this.coordinator.committed(sink, checkpoint)
  }

  request(request: CheckpointRequest): void {
    this.requests.push(request)
    this.begin()
  }

  /** Resolves with its number. */
  ask(request: Omit<CheckpointRequest, 'waiters'>): Promise<number> {
    return new Promise((resolve, reject) => this.request({ ...request, waiters: [{ resolve, reject }] }))
  }

  /** Begins the next one asked for, if none is under way and all regions run. */
  begin(): void {
    const regions = this.host.regions()
    if (!this.coordinator.isIdle || regions === null) return
    const request = this.requests.shift()
    if (request === undefined) return
    const checkpoint = this.next++
    this.pending = { request, startedAt: this.host.env.clock.monotonic() }
    if (this.host.timeout !== null) this.cancelTimeout = this.host.env.scheduler.after(this.host.timeout, () => this.timedOut(checkpoint))
    this.coordinator.begin(
      checkpoint,
      regions.flatMap((region) => region.actorNames),
      regions.flatMap((region) => region.sinkNames),
    )
  }

  private timedOut(checkpoint: number): void {
    if (this.coordinator.current !== checkpoint || this.coordinator.phase !== 'collecting') return
    this.coordinator.abort()
    this.failed(checkpoint, new MillraceError('CHECKPOINT_FAILED', `checkpoint ${checkpoint} was not complete in time`))
  }

  private async write(checkpoint: number, acks: readonly Acknowledgement[]): Promise<void> {
    const { store, plan, run, env } = this.host
    const { request, startedAt } = this.pending!
    this.cancelTimeout?.()
    const files = acks.flatMap(({ stored }) => {
      if (stored instanceof Error) throw stored
      return stored ?? []
    })
    const summary: JobRecord = {
      version: 1,
      counters: this.host.countersWith(acks),
      stopped: acks.filter((ack) => ack.stopped).map((ack) => ack.actor),
      elapsed: this.host.elapsed(),
    }
    const data: CheckpointData = {
      run,
      checkpoint,
      kind: request.kind,
      finished: request.finished,
      savedAt: env.clock.now(),
      topology: { id: plan.topology.id, fingerprint: plan.fingerprint, maxParallelism: plan.maxParallelism, parallelism: plan.parallelism },
      operators: statefulParts(plan),
      summary,
      chunks: acks.flatMap((ack) => ack.chunks),
    }
    if (store !== null) {
      // A savepoint is a checkpoint as well: what its sinks commit must be known to 'latest'.
      const { bytes } = await store.write(data, files)
      // From here on it is the one to go back to, whatever becomes of the savepoint: the parts that its sinks prepared must stay.
      this.last = { data, files }
      if (request.path !== null) await this.writeSavepoint(store, request.path)
      this.completed++
      this.host.emit({ type: 'checkpoint', at: env.clock.now(), checkpoint, bytes, tookMs: Math.round(env.clock.monotonic() - startedAt) })
    }
    this.last = { data, files }
  }

  /** The checkpoint itself is durable already: that its copy failed concerns who asked for it, not the sinks. */
  private async writeSavepoint(store: OpenStore, path: string): Promise<void> {
    try {
      await store.writeSavepoint(path, (await this.load())!)
    } catch (error) {
      this.savepointFailure = new MillraceError('CHECKPOINT_FAILED', `the savepoint at ${path} failed: ${describeError(error).message}`, { cause: error })
    }
  }

  private done(checkpoint: number): void {
    const { request } = this.pending!
    this.pending = null
    const failure = this.savepointFailure
    this.savepointFailure = null
    for (const waiter of request.waiters) {
      if (failure === null) waiter.resolve(checkpoint)
      else waiter.reject(failure)
    }
    this.host.done(request)
    this.begin()
  }

  private failed(checkpoint: number, error: unknown): void {
    this.cancelTimeout?.()
    const request = this.pending?.request
    this.pending = null
    const { store, run } = this.host
    // What cannot be removed now is by the next one that is stored. One that is in doubt may be good.
    if (!(error instanceof CheckpointInDoubt)) void store?.shared?.discard({ run, checkpoint }).catch(() => undefined)
    const isLast = request?.final === true && this.finalAttempts + 1 >= FINAL_ATTEMPTS_MAX
    const next = isLast ? 'Mend the cause and run again: it goes on from the checkpoint before.' : undefined
    const failure = new MillraceError('CHECKPOINT_FAILED', `checkpoint ${checkpoint} failed: ${inWords(error)}`, { next, cause: error })
    this.host.emit({ type: 'checkpoint-failed', at: this.host.env.clock.now(), checkpoint, error: { ...describeError(failure), operatorId: '' } })
    for (const waiter of request?.waiters ?? []) waiter.reject(failure)
    // Going on would write over the part files that its handles name.
    if (error instanceof CheckpointInDoubt) return this.host.lastFailed(failure)
    if (request?.final !== true) return this.begin()
    if (++this.finalAttempts >= FINAL_ATTEMPTS_MAX) return this.host.lastFailed(failure)
    this.host.after(FINAL_WAIT_MS * this.finalAttempts, () => this.request({ ...request, waiters: [] }))
  }

  /**
   * A region has failed: gives up what is being collected or committed, and waits for what is being written, as it may become the
   * snapshot to go back to. What was asked for, by a user or by the end of the job, is asked for again.
   */
  async interrupt(): Promise<void> {
    const interrupted = this.pending?.request ?? null
    const wasDurable = this.coordinator.phase === 'committing'
    if (this.coordinator.phase !== 'writing') this.abort()
    while (this.coordinator.phase === 'writing' && !this.disposed) await this.pause(1)
    if (this.coordinator.phase === 'committing') this.abort()
    this.pending = null
    // The end of the input has to be reached again.
    for (let index = this.requests.length - 1; index >= 0; index--) if (this.requests[index]!.finished) this.requests.splice(index, 1)
    if (interrupted === null || interrupted.finished || (interrupted.kind === 'periodic' && !interrupted.final && interrupted.waiters.length === 0)) return
    if (!wasDurable || interrupted.final) this.requests.unshift(interrupted)
  }

  private pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.wake = resolve
      this.host.after(ms, resolve)
    })
  }

  private abort(): void {
    this.coordinator.abort()
    this.cancelTimeout?.()
  }

  /** The job ends: nobody will get an answer any more. */
  rejectAll(error: unknown): void {
    this.cancelTimeout?.()
    for (const request of [...this.requests, this.pending?.request]) for (const waiter of request?.waiters ?? []) waiter.reject(error)
    this.requests.length = 0
  }

  dispose(): void {
    this.disposed = true
    this.cancelTimeout?.()
    this.wake?.()
  }
}
