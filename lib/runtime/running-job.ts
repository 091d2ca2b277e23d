/**
 * A job on this thread: opens its regions, triggers checkpoints, restarts what fails, ends.
 *
 * End of a bounded job: all sinks have seen the end → a last checkpoint, marked finished → sinks commit → finished.
 * Failure: the supervisor counts it → back-off → the region is built anew from the last complete checkpoint.
 */
import type { Observable } from 'rxjs'
import { Observable as MetricsObservable } from 'rxjs'
import { Dispatcher } from '../actors/dispatcher.ts'
import type { Env } from '../env/env.ts'
import { MillraceError, hasCode } from '../errors.ts'
import type { CheckpointData, CheckpointKind, OpenStore } from '../checkpoint/store.ts'
import { Coordinator } from '../checkpoint/coordinator.ts'
import { statefulParts } from '../plan/plan.ts'
import type { Plan } from '../plan/plan.ts'
import { backoffDelay } from '../supervision/backoff.ts'
import { describeError } from '../supervision/describe-error.ts'
import { addRestart, noRestarts } from '../supervision/restart-window.ts'
import type { RestartWindow } from '../supervision/restart-window.ts'
import type { Supervision } from '../supervision/strategy.ts'
import { addCounters, NO_COUNTERS } from './actor-host.ts'
import type { Acknowledgement } from './actor-host.ts'
import { deadLetterBox } from './dead-letter-box.ts'
import type { DeadLetterBox } from './dead-letter-box.ts'
import { RegionFailed } from './failure.ts'
import type { DeadLetter, FailureFacts, Job, JobCounters, JobEvent, JobMetrics, JobStatus, JobSummary } from './job-handle.ts'
import { JobLifecycle } from './job-lifecycle.ts'
import { Region } from './region.ts'
import type { Tuning } from './region.ts'
import { eventLog } from './replay-subject.ts'
import { countersOf, jobRecordOf, restoredState } from './restored-job.ts'
import type { JobRecord } from './restored-job.ts'
import type { CheckedOptions } from './run-options.ts'
import { Suspects } from './suspects.ts'

export interface JobStart {
  readonly plan: Plan
  readonly options: CheckedOptions
  readonly env: Env
  readonly tuning: Tuning
  readonly store: OpenStore | null
  readonly data: CheckpointData | null
  /** Number of this start on its store. */
  readonly run: number
  /** Number of the first checkpoint to take. */
  readonly firstCheckpoint: number
  readonly supervision: Supervision
  enter<T>(step: () => T): T
}

interface Pending {
  readonly kind: CheckpointKind
  readonly path: string | null
  readonly startedAt: number
  readonly final: boolean
  readonly finished: boolean
  readonly waiters: { resolve(checkpoint: number): void; reject(error: unknown): void }[]
}

/** Attempts to store the last checkpoint of a job before it is said to have failed. */
const FINAL_ATTEMPTS_MAX = 3
const EVENTS_KEPT = 256

export class RunningJob implements Job {
  readonly completed: Promise<JobSummary>
  readonly events$: Observable<JobEvent>
  readonly metrics$: Observable<JobMetrics>
  readonly deadLetters$: Observable<DeadLetter>
  private readonly start: JobStart
  private readonly env: Env
  private readonly dispatcher: Dispatcher
  private readonly lifecycle: JobLifecycle
  private readonly coordinator: Coordinator<Acknowledgement>
  private readonly events = eventLog<JobEvent>(EVENTS_KEPT)
  private readonly letters = eventLog<DeadLetter>(EVENTS_KEPT)
  private readonly boxes: DeadLetterBox[] = []
  private readonly regions: (Region | null)[] = []
  private readonly suspects: Suspects[] = []
  private readonly bases: JobCounters[] = []
  private readonly windows = new Map<Supervision, RestartWindow>()
  private readonly endedSinks = new Set<string>()
  private readonly requests: Omit<Pending, 'startedAt'>[] = []
  private readonly startedAt: number
  private pending: Pending | null = null
  private data: CheckpointData | null
  private nextCheckpoint: number
  private cancelTimers: (() => void)[] = []
  private cancelTimeout: (() => void) | null = null
  private restarts = 0
  private checkpoints = 0
  private restarting = 0
  private finalAttempts = 0
  private halting = false
  private resolve!: (summary: JobSummary) => void
  private reject!: (error: unknown) => void

  constructor(start: JobStart) {
    this.start = start
    this.env = start.env
    this.data = start.data
    this.nextCheckpoint = start.firstCheckpoint
    this.startedAt = start.env.clock.monotonic()
    this.completed = new Promise((resolve, reject) => {
      this.resolve = resolve
      this.reject = reject
    })
    this.completed.catch(() => undefined)
    this.events$ = this.events.events$
    this.deadLetters$ = this.letters.events$
    this.metrics$ = new MetricsObservable((subscriber) => {
      let stopped = false
      let cancel = (): void => undefined
      const tick = (): void => {
        if (stopped) return
        subscriber.next(this.metrics())
        if (this.lifecycle.hasEnded) return subscriber.complete()
        cancel = this.env.scheduler.after(1_000, tick)
      }
      tick()
      return () => {
        stopped = true
        cancel()
      }
    })
    this.dispatcher = new Dispatcher(this.env, (error) => void this.fail(error))
    this.lifecycle = new JobLifecycle((status) => this.emit({ type: 'status', at: this.env.clock.now(), status }))
    this.coordinator = new Coordinator<Acknowledgement>({
      trigger: (checkpoint) => {
        const { final } = this.pending!
        for (const region of this.regions) region?.trigger({ checkpoint, final })
      },
      write: (checkpoint, acks) => this.write(checkpoint, acks),
      commit: (checkpoint) => {
        for (const region of this.regions) region?.commit(checkpoint)
      },
      done: (checkpoint) => this.checkpointDone(checkpoint),
      failed: (checkpoint, error) => this.checkpointFailed(checkpoint, error),
    })
    const count = start.plan.regions
    for (let index = 0; index < count; index++) {
      this.suspects.push(new Suspects())
      this.regions.push(null)
      this.bases.push(NO_COUNTERS)
      this.boxes.push(deadLetterBox(start.options.deadLettersKept, (letter) => this.letters.push(letter)))
    }
    this.setBases(start.data)
  }

  private setBases(data: CheckpointData | null): void {
    const stored = data === null ? [] : jobRecordOf(data).counters
    if (stored.length === this.bases.length) stored.forEach((counters, index) => (this.bases[index] = counters))
    else this.bases.forEach((_, index) => (this.bases[index] = index === 0 ? stored.reduce(addCounters, NO_COUNTERS) : NO_COUNTERS))
  }

  /** Something found before the job opened. */
  report(event: { readonly type: 'damaged-checkpoint'; readonly checkpoint: string; readonly message: string }): void {
    this.emit({ ...event, at: this.env.clock.now() })
  }

  /** Opens sources and sinks and sets everything going. */
  async open(): Promise<void> {
    const { data, options } = this.start
    for (let index = 0; index < this.regions.length; index++) this.regions[index] = await this.openRegion(index, data === null ? 'new' : 'resumed')
    this.lifecycle.send('opened')
    this.emit({
      type: 'started',
      at: this.env.clock.now(),
      from: data === null ? 'new' : 'resumed',
      checkpoint: data === null ? null : `${data.run}-${data.checkpoint}`,
      records: data === null ? 0 : countersOf(data).records,
    })
    for (const warning of this.start.plan.warnings) this.emit({ type: 'warning', at: this.env.clock.now(), message: warning })
    if (this.start.store !== null && data === null) this.request({ kind: 'start', path: null, final: false, finished: false, waiters: [] })
    for (const region of this.regions) region?.start()
    if (options.checkpoints !== null) this.schedulePeriodic()
    options.signal?.addEventListener('abort', () => void this.cancel(), { once: true })
    if (options.signal?.aborted === true) void this.cancel()
  }

  private openRegion(index: number, start: 'new' | 'resumed' | 'restarted'): Promise<Region> {
    const { plan, options, env, tuning, supervision, store } = this.start
    return Region.open(
      {
        plan,
        region: index,
        env,
        dispatcher: this.dispatcher,
        suspects: this.suspects[index]!,
        supervision,
        tuning,
        checkpoints: store !== null,
        replacing: options.restore === 'none',
        deadLetters: (options.deadLetterSink ?? this.boxes[index]!.connector) as never,
        enter: (step) => this.start.enter(step),
        reports: {
          acknowledged: (ack) => this.coordinator.acknowledge(ack),
          sinkEnded: (actor) => {
            this.endedSinks.add(actor)
            this.concludeIfEnded()
          },
          committed: (actor, checkpoint) => this.coordinator.committed(actor, checkpoint),
          failed: (_, error) => this.regionFailed(index, error),
          stopped: (operatorId, error) =>
            this.emit({ type: 'stopped', at: env.clock.now(), operatorId, error: { ...describeError(error), operatorId } }),
          deadLetter: (letter) => this.emit({ type: 'dead-letter', at: env.clock.now(), letter }),
        },
      },
      start,
      this.data === null ? null : restoredState(this.data),
    )
  }

  // ── checkpoints ────────────────────────────────────────────────────────────

  private schedulePeriodic(): void {
    const { every } = this.start.options.checkpoints!
    const tick = (): void => {
      if (this.lifecycle.hasEnded) return
      if (this.coordinator.isIdle && this.lifecycle.status === 'running' && this.requests.length === 0)
        this.request({ kind: 'periodic', path: null, final: false, finished: false, waiters: [] })
      this.after(every, tick)
    }
    this.after(every, tick)
  }

  private after(ms: number, wake: () => void): void {
    const cancel = this.env.scheduler.after(ms, () => {
      this.cancelTimers = this.cancelTimers.filter((other) => other !== cancel)
      wake()
    })
    this.cancelTimers.push(cancel)
  }

  private request(request: Omit<Pending, 'startedAt'>): void {
    this.requests.push(request)
    this.beginNext()
  }

  private beginNext(): void {
    if (!this.coordinator.isIdle || this.restarting > 0 || this.lifecycle.hasEnded || this.regions.includes(null)) return
    const request = this.requests.shift()
    if (request === undefined) return
    this.pending = { ...request, startedAt: this.env.clock.monotonic() }
    const checkpoint = this.nextCheckpoint++
    if (this.start.options.checkpoints !== null)
      this.cancelTimeout = this.env.scheduler.after(this.start.options.checkpoints.timeout, () => {
        if (this.coordinator.current !== checkpoint || this.coordinator.phase !== 'collecting') return
        this.coordinator.abort()
        this.checkpointFailed(checkpoint, new MillraceError('CHECKPOINT_FAILED', `checkpoint ${checkpoint} was not complete in time`))
      })
    const regions = this.regions.filter((region) => region !== null)
    this.coordinator.begin(
      checkpoint,
      regions.flatMap((region) => region.actorNames),
      regions.flatMap((region) => region.sinkNames),
    )
  }

  private async write(checkpoint: number, acks: readonly Acknowledgement[]): Promise<void> {
    const { store, plan, run } = this.start
    const pending = this.pending!
    this.cancelTimeout?.()
    const counters = this.regions.map((region, index) => {
      const names = new Set(region?.actorNames)
      return acks.filter((ack) => names.has(ack.actor)).reduce((sum, ack) => addCounters(sum, ack.counters), this.bases[index]!)
    })
    const summary: JobRecord = {
      version: 1,
      counters,
      stopped: acks.filter((ack) => ack.stopped).map((ack) => ack.actor),
      elapsed: this.elapsed,
    }
    const data: CheckpointData = {
      run,
      checkpoint,
      kind: pending.kind,
      finished: pending.finished,
      savedAt: this.env.clock.now(),
      topology: { id: plan.topology.id, fingerprint: plan.fingerprint, maxParallelism: plan.maxParallelism, parallelism: plan.parallelism },
      operators: statefulParts(plan),
      summary,
      chunks: acks.flatMap((ack) => ack.chunks),
    }
    if (store !== null) {
      // A savepoint is a checkpoint as well: what its sinks commit must be known to 'latest'.
      const { bytes } = await store.write(data)
      if (pending.path !== null) await store.writeSavepoint(pending.path, data)
      this.emit({
        type: 'checkpoint',
        at: this.env.clock.now(),
        checkpoint,
        bytes,
        tookMs: Math.round(this.env.clock.monotonic() - pending.startedAt),
      })
      this.checkpoints++
    } else if (pending.path !== null) throw new MillraceError('NO_SNAPSHOT', 'a savepoint needs checkpoints')
    this.data = data
  }

  private checkpointDone(checkpoint: number): void {
    const pending = this.pending!
    this.pending = null
    for (const waiter of pending.waiters) waiter.resolve(checkpoint)
    if (pending.final) return void this.finish()
    this.concludeIfEnded()
    this.beginNext()
  }

  private checkpointFailed(checkpoint: number, error: unknown): void {
    this.cancelTimeout?.()
    const pending = this.pending
    this.pending = null
    const failure = new MillraceError('CHECKPOINT_FAILED', `checkpoint ${checkpoint} failed: ${describeError(error).message}`, { cause: error })
    this.emit({ type: 'checkpoint-failed', at: this.env.clock.now(), checkpoint, error: this.factsOf(failure, '') })
    for (const waiter of pending?.waiters ?? []) waiter.reject(failure)
    if (pending?.final === true) {
      if (++this.finalAttempts >= FINAL_ATTEMPTS_MAX) return void this.fail(failure)
      this.after(100 * this.finalAttempts, () => this.request({ ...pending, waiters: [] }))
      return
    }
    this.beginNext()
  }

  private get elapsed(): number {
    return Math.round(this.env.clock.monotonic() - this.startedAt)
  }

  private concludeIfEnded(): void {
    if (this.halting || this.restarting > 0 || this.lifecycle.hasEnded) return
    const sinks = this.regions.flatMap((region) => region?.sinkNames ?? [])
    if (this.regions.includes(null) || !sinks.every((sink) => this.endedSinks.has(sink))) return
    this.halting = true
    this.request({ kind: 'final', path: null, final: true, finished: true, waiters: [] })
  }

  // ── failure ────────────────────────────────────────────────────────────────

  private regionFailed(index: number, thrown: unknown): void {
    if (this.lifecycle.hasEnded) return
    const failure = thrown instanceof RegionFailed ? thrown : new RegionFailed('engine', thrown, 'fatal')
    const { operatorId, cause } = failure
    if (failure.failure === 'fatal') return void this.fail(asJobError(cause, operatorId))
    const own = failure.supervision ?? this.start.supervision
    // A stage's own supervisor that escalates has failed itself: its parent, the run's, restarts what is below.
    const strategies = failure.failure === 'escalated' ? (failure.supervision === null ? [] : [this.start.supervision]) : [own]
    const [strategy] = strategies
    if (strategy === undefined) return void this.fail(asJobError(cause, operatorId))
    if (!this.canRestart()) return void this.fail(this.noSnapshot(cause, operatorId))
    const allowed = this.countRestart(strategy) || (strategy !== this.start.supervision && this.countRestart(this.start.supervision))
    if (!allowed) {
      const what = `more than ${strategy.intensity} restarts in ${strategy.period} ms: ${describeError(cause).message}`
      return void this.fail(new MillraceError('RESTARTS_EXHAUSTED', what, { operatorId, cause }))
    }
    const delayMs = backoffDelay(strategy.backoff, this.windows.get(strategy)!.restarts.length, this.env.random)
    this.restarts++
    this.emit({ type: 'restart', at: this.env.clock.now(), operatorId, error: this.factsOf(cause, operatorId), delayMs })
    void this.restart(index, delayMs).catch((error: unknown) => this.fail(error))
  }

  /** Counts a restart against its supervisor. False: that was one too many. */
  private countRestart(strategy: Supervision): boolean {
    const window = addRestart(this.windows.get(strategy) ?? noRestarts, this.env.clock.monotonic(), strategy.intensity, strategy.period)
    this.windows.set(strategy, window)
    return !window.ended
  }

  private async restart(index: number, delayMs: number): Promise<void> {
    this.restarting++
    this.lifecycle.send('restart')
    this.halting = false
    const region = this.regions[index]!
    this.regions[index] = null
    for (const name of region.sinkNames) this.endedSinks.delete(name)
    const interrupted = this.coordinator.phase === 'collecting' ? this.pending : null
    if (interrupted !== null) {
      this.coordinator.abort()
      this.cancelTimeout?.()
      this.pending = null
      if (interrupted.kind !== 'periodic' && !interrupted.finished) this.requests.unshift(interrupted)
    }
    if (this.coordinator.phase === 'committing') this.coordinator.abort()
    await this.settled(() => this.coordinator.phase !== 'writing')
    if (this.coordinator.phase === 'committing') this.coordinator.abort()
    const final = this.pending?.final === true ? this.pending : null
    if (this.pending !== null) this.pending = null
    await region.dispose(this.data?.checkpoint ?? -1)
    await new Promise<void>((resolve) => this.after(delayMs, resolve))
    if (this.lifecycle.hasEnded) return
    this.setBases(this.data)
    const opened = await this.openRegion(index, this.data === null ? 'restarted' : 'restarted').catch((error: unknown) => error as Error)
    this.restarting--
    if (!(opened instanceof Region)) {
      const [code] = [hasCode(opened) ? opened : null]
      return this.openFailed(index, code ?? opened)
    }
    this.regions[index] = opened
    if (this.lifecycle.hasEnded) return void opened.dispose()
    opened.start()
    if (this.restarting === 0) this.lifecycle.send('restarted')
    if (final !== null) this.requests.push(final)
    this.beginNext()
    this.concludeIfEnded()
  }

  /** A failed restart is itself a failure of the region, and counts. */
  private openFailed(index: number, error: unknown): void {
    const placeholder = { sinkNames: [], dispose: () => Promise.resolve() } as unknown as Region
    this.regions[index] = placeholder
    this.regionFailed(index, new RegionFailed(hasCode(error) ? (error.operatorId ?? 'engine') : 'engine', error, 'restart'))
  }

  private settled(isSettled: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => (isSettled() ? resolve() : this.after(1, look))
      look()
    })
  }

  /** Without a snapshot only a bounded job of replayable sources can start again. */
  private canRestart(): boolean {
    return this.data !== null || this.start.plan.vertices.every((vertex) => vertex.source === null || vertex.source.connector.bounded === true)
  }

  private noSnapshot(cause: unknown, operatorId: string): MillraceError {
    return new MillraceError('NO_SNAPSHOT', `a failure needs the last snapshot, and there is none: ${describeError(cause).message}`, { operatorId, cause })
  }

  private factsOf(error: unknown, operatorId: string): FailureFacts {
    return { ...describeError(error), operatorId }
  }

  // ── the end ────────────────────────────────────────────────────────────────

  private get summary(): JobSummary {
    return { ...this.totals(), restarts: this.restarts, checkpoints: this.checkpoints, elapsed: this.elapsed }
  }

  private async finish(): Promise<void> {
    const { summary } = this
    await this.shutDown()
    this.lifecycle.send('finish')
    this.close()
    this.resolve(summary)
  }

  private async fail(error: unknown): Promise<void> {
    if (this.lifecycle.hasEnded) return
    this.lifecycle.send('fail')
    await this.shutDown()
    this.close()
    this.rejectWaiters(error)
    this.reject(hasCode(error) ? error : new MillraceError('OPERATOR_FAILED', describeError(error).message, { cause: error }))
  }

  async cancel(): Promise<void> {
    if (this.lifecycle.hasEnded) return
    this.lifecycle.send('cancel')
    await this.shutDown()
    this.close()
    const error = new MillraceError('OPERATOR_FAILED', 'the job was cancelled', { next: 'Run it again to resume from its last checkpoint.' })
    this.rejectWaiters(error)
    this.reject(error)
  }

  private rejectWaiters(error: unknown): void {
    for (const request of [...this.requests, this.pending]) for (const waiter of request?.waiters ?? []) waiter.reject(error)
    this.requests.length = 0
  }

  private async shutDown(): Promise<void> {
    for (const cancel of this.cancelTimers) cancel()
    this.cancelTimers = []
    this.cancelTimeout?.()
    for (const region of this.regions) await region?.dispose()
    await this.start.store?.close().catch(() => undefined)
  }

  private close(): void {
    this.events.complete()
    this.letters.complete()
  }

  private emit(event: JobEvent): void {
    this.events.push(event)
  }

  // ── the handle ─────────────────────────────────────────────────────────────

  get status(): JobStatus {
    return this.lifecycle.status
  }

  checkpoint(): Promise<number> {
    if (this.start.store === null)
      return Promise.reject(new MillraceError('NO_SNAPSHOT', 'the job runs without checkpoints', { next: 'Run it with checkpoints: { every, to: fileStore(…) }.' }))
    return this.asked({ kind: 'periodic', path: null, final: false, finished: false })
  }

  async savepoint(path: string): Promise<string> {
    if (this.start.store === null)
      throw new MillraceError('NO_SNAPSHOT', 'the job runs without checkpoints', { next: 'Run it with checkpoints: { every, to: fileStore(…) }.' })
    await this.asked({ kind: 'savepoint', path, final: false, finished: false })
    return path
  }

  private asked(request: Omit<Pending, 'startedAt' | 'waiters'>): Promise<number> {
    if (this.lifecycle.hasEnded) return Promise.reject(new MillraceError('CHECKPOINT_FAILED', `the job has ${this.status}`))
    return new Promise((resolve, reject) => this.request({ ...request, waiters: [{ resolve, reject }] }))
  }

  async stop(options: { readonly savepoint?: string; readonly drain?: boolean } = {}): Promise<JobSummary> {
    if (this.lifecycle.hasEnded || this.halting) return this.completed
    if (options.savepoint !== undefined) await this.savepoint(options.savepoint)
    if (this.lifecycle.hasEnded || this.halting) return this.completed
    this.lifecycle.send('stop')
    if (options.drain === true) {
      for (const region of this.regions) region?.drain()
      return this.completed
    }
    this.halting = true
    this.request({ kind: 'periodic', path: null, final: true, finished: false, waiters: [] })
    return this.completed
  }

  private totals(): JobCounters {
    return this.regions.reduce((sum, region, index) => addCounters(sum, addCounters(this.bases[index]!, region?.counters() ?? NO_COUNTERS)), NO_COUNTERS)
  }

  metrics(): JobMetrics {
    const operators: Record<string, JobCounters & { watermark: number }> = {}
    for (const region of this.regions)
      for (const actor of region?.actors() ?? []) operators[actor.name] = { ...actor.counters(), watermark: actor.watermark() }
    return { ...this.totals(), restarts: this.restarts, checkpoints: this.checkpoints, operators }
  }

  deadLetters(): readonly DeadLetter[] {
    return this.boxes.flatMap((box) => box.letters())
  }
}

const asJobError = (error: unknown, operatorId: string): MillraceError =>
  hasCode(error) ? error : new MillraceError('OPERATOR_FAILED', describeError(error).message, { operatorId, cause: error })
