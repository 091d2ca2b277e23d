/**
 * A job on this thread: opens its regions, triggers checkpoints, restarts what fails, ends.
 *
 * End of a bounded job: all sinks have seen the end → a last checkpoint, marked finished → sinks commit → finished.
 * Failure: the supervisor counts it → back-off → the region is built anew from the last complete checkpoint.
 */
import type { Observable } from 'rxjs'
import { Dispatcher } from '../actors/dispatcher.ts'
import type { Env } from '../env/env.ts'
import { MillraceError, hasCode } from '../errors.ts'
import type { CheckpointFacts } from '../checkpoint/store.ts'
import { backoffDelay } from '../supervision/backoff.ts'
import { describeError } from '../supervision/describe-error.ts'
import { RestartBudget } from '../supervision/restart-budget.ts'
import { addCounters, NO_COUNTERS } from './actor-host.ts'
import type { Acknowledgement } from './actor-host.ts'
import { deadLetterBox } from './dead-letter-box.ts'
import type { DeadLetterBox } from './dead-letter-box.ts'
import { RegionFailed, adviceOf, inWords, jobError } from './failure.ts'
import type { DeadLetter, Job, JobCounters, JobEvent, JobMetrics, JobStatus, JobSummary, OperatorMetrics } from './job-handle.ts'
import { JobCheckpoints } from './job-checkpoints.ts'
import type { CheckpointRequest } from './job-checkpoints.ts'
import { JobLifecycle } from './job-lifecycle.ts'
import type { JobStart, StartReport } from './job-start.ts'
import { everySecond } from './metrics-stream.ts'
import { openRegions, Region } from './region.ts'
import { eventLog } from './event-log.ts'
import { countersOf, jobRecordOf } from './restored-job.ts'
import { Suspects } from './suspects.ts'

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
  private readonly checkpoints: JobCheckpoints
  private readonly budget: RestartBudget
  private readonly events = eventLog<JobEvent>(EVENTS_KEPT)
  private readonly letters = eventLog<DeadLetter>(EVENTS_KEPT)
  private readonly boxes: DeadLetterBox[] = []
  /** null: being restarted. */
  private readonly regions: (Region | null)[] = []
  private readonly suspects: Suspects[] = []
  /** Counters of the snapshot each region began from. */
  private readonly bases: JobCounters[] = []
  private readonly endedSinks = new Set<string>()
  private readonly startedAt: number
  private readonly timers = new Set<() => void>()
  private restarts = 0
  private readonly onAbort = (): void => void this.cancel()
  /** The last checkpoint has been asked for. */
  private halting = false
  /** Where the last checkpoint of a drained job is to be a savepoint. */
  private lastSavepoint: string | null = null
  private resolve!: (summary: JobSummary) => void
  private reject!: (error: unknown) => void

  constructor(start: JobStart) {
    this.start = start
    this.env = start.env
    this.startedAt = start.env.clock.monotonic()
    this.budget = new RestartBudget(start.supervision)
    this.completed = new Promise((resolve, reject) => {
      this.resolve = resolve
      this.reject = reject
    })
    this.completed.catch(() => undefined)
    this.events$ = this.events.events$
    this.deadLetters$ = this.letters.events$
    this.metrics$ = everySecond(
      this.env.scheduler,
      () => this.metrics(),
      () => this.lifecycle.hasEnded,
    )
    this.dispatcher = new Dispatcher(this.env, (error) => void this.fail(error))
    this.lifecycle = new JobLifecycle((status) => this.emit({ type: 'status', at: this.env.clock.now(), status }))
    this.checkpoints = new JobCheckpoints(
      {
        env: start.env,
        plan: start.plan,
        store: start.store,
        run: start.run,
        timeout: start.options.checkpoints?.timeout ?? null,
        regions: () => this.running(),
        countersWith: (acks) => this.countersWith(acks),
        elapsed: () => this.elapsed,
        emit: (event) => this.emit(event),
        done: (request) => (request.final ? void this.finish() : this.concludeIfEnded()),
        lastFailed: (error) => void this.fail(error),
        after: (ms, wake) => this.after(ms, wake),
      },
      start.data,
      start.firstCheckpoint,
    )
    for (let index = 0; index < start.plan.regions; index++) {
      this.suspects.push(new Suspects())
      this.regions.push(null)
      this.bases.push(NO_COUNTERS)
      this.boxes.push(deadLetterBox(start.options.deadLettersKept, (letter) => this.letters.push(letter)))
    }
    this.setBases(start.data)
  }

  /** All regions, or null where not all of them run. */
  private running(): readonly Region[] | null {
    if (this.lifecycle.hasEnded) return null
    const regions = this.regions.filter((region) => region !== null)
    return regions.length === this.regions.length ? regions : null
  }

  private setBases(data: CheckpointFacts | null): void {
    const stored = data === null ? [] : jobRecordOf(data).counters
    if (stored.length === this.bases.length) stored.forEach((counters, index) => (this.bases[index] = counters))
    else this.bases.forEach((_, index) => (this.bases[index] = index === 0 ? stored.reduce(addCounters, NO_COUNTERS) : NO_COUNTERS))
  }

  /** Something found before the job opened. */
  report(event: StartReport): void {
    this.emit({ ...event, at: this.env.clock.now() })
  }

  /** Opens sources and sinks and sets everything going. */
  async open(): Promise<void> {
    const { data, options } = this.start
    const start = data === null ? 'new' : 'resumed'
    const regions = await openRegions(this.regions.length, (index) => this.openRegion(index, start), () => this.lifecycle.hasEnded)
    if (this.lifecycle.hasEnded) return
    for (const region of regions) this.regions[region.index] = region
    this.lifecycle.send('opened')
    this.emit({
      type: 'started',
      at: this.env.clock.now(),
      from: start,
      ...(data === null ? { checkpoint: null, records: 0 } : { checkpoint: `${data.run}-${data.checkpoint}`, records: countersOf(data).records }),
    })
    if (this.start.slots !== null) this.start.slots.onHang = (message) => this.emit({ type: 'warning', at: this.env.clock.now(), message })
    for (const warning of this.start.plan.warnings) this.emit({ type: 'warning', at: this.env.clock.now(), message: warning })
    if (this.start.store !== null && data === null) this.checkpoints.request({ kind: 'start', path: null, final: false, finished: false, waiters: [] })
    for (const region of this.regions) region?.start()
    if (options.checkpoints !== null) this.schedulePeriodic(options.checkpoints.every)
    options.signal?.addEventListener('abort', this.onAbort, { once: true })
    if (options.signal?.aborted === true) void this.cancel()
  }

  private async openRegion(index: number, start: 'new' | 'resumed' | 'restarted'): Promise<Region> {
    const { plan, options, env, tuning, supervision, store } = this.start
    const restored = await this.checkpoints.load()
    return Region.open(
      {
        plan,
        region: index,
        slots: this.start.slots,
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
          acknowledged: (ack) => this.checkpoints.acknowledge(ack),
          sinkEnded: (actor) => {
            this.endedSinks.add(actor)
            this.concludeIfEnded()
          },
          committed: (actor, checkpoint) => this.checkpoints.committed(actor, checkpoint),
          failed: (_, error) => this.regionFailed(index, error),
          stopped: (operatorId, error) =>
            this.emit({ type: 'stopped', at: env.clock.now(), operatorId, error: { ...describeError(error), operatorId } }),
          deadLetter: (letter) => this.emit({ type: 'dead-letter', at: env.clock.now(), letter }),
        },
      },
      start,
      restored,
    )
  }

  // ── checkpoints ────────────────────────────────────────────────────────────

  private schedulePeriodic(every: number): void {
    const tick = (): void => {
      if (this.checkpoints.isIdle && this.lifecycle.status === 'running')
        this.checkpoints.request({ kind: 'periodic', path: null, final: false, finished: false, waiters: [] })
      this.after(every, tick)
    }
    this.after(every, tick)
  }

  private after(ms: number, wake: () => void): void {
    if (this.lifecycle.hasEnded) return
    const cancel = this.env.scheduler.after(ms, () => {
      this.timers.delete(cancel)
      wake()
    })
    this.timers.add(cancel)
  }

  private countersWith(acks: readonly Acknowledgement[]): JobCounters[] {
    return this.regions.map((region, index) => {
      const names = new Set(region?.actorNames)
      return acks.filter((ack) => names.has(ack.actor)).reduce((sum, ack) => addCounters(sum, ack.counters), this.bases[index]!)
    })
  }

  private get elapsed(): number {
    return Math.round(this.env.clock.monotonic() - this.startedAt)
  }

  private concludeIfEnded(): void {
    const regions = this.running()
    if (this.halting || regions === null || !regions.every((region) => region.sinkNames.every((sink) => this.endedSinks.has(sink)))) return
    this.halting = true
    this.checkpoints.request({ kind: 'final', path: this.lastSavepoint, final: true, finished: true, waiters: [] })
  }

  // ── failure ────────────────────────────────────────────────────────────────

  private regionFailed(index: number, thrown: unknown): void {
    if (this.lifecycle.hasEnded) return
    const failure = thrown instanceof RegionFailed ? thrown : new RegionFailed('engine', thrown, 'fatal')
    const { operatorId, cause, record } = failure
    const { plan } = this.start
    const error = jobError(cause, plan, operatorId, record)
    if (failure.failure === 'fatal') return void this.fail(error)
    const own = failure.supervision ?? this.start.supervision
    // A stage's own supervisor that escalates has failed itself: its parent, the run's, restarts what is below.
    const strategies = failure.failure === 'escalated' ? (failure.supervision === null ? [] : [this.start.supervision]) : [own]
    const [strategy] = strategies
    if (strategy === undefined) return void this.fail(error)
    if (!this.canRestart()) return void this.fail(this.noSnapshot(error, cause))
    if (!this.budget.allows(strategy, this.env.clock.monotonic())) {
      const what = `more than ${strategy.intensity} restarts in ${strategy.period / 1_000} s, the last one for ${inWords(cause)}`
      return void this.fail(new MillraceError('RESTARTS_EXHAUSTED', what, { operatorId: error.operatorId, site: error.site, record, next: adviceOf(cause), cause }))
    }
    const delayMs = backoffDelay(strategy.backoff, this.budget.inPeriod(strategy), this.env.random)
    this.restarts++
    this.emit({ type: 'restart', at: this.env.clock.now(), operatorId, error: { ...describeError(cause), operatorId }, delayMs })
    void this.restart(index, delayMs).catch((error: unknown) => this.fail(error))
  }

  private async restart(index: number, delayMs: number): Promise<void> {
    this.lifecycle.send('restart')
    const failed = this.regions[index] ?? null
    this.regions[index] = null
    for (const name of failed?.sinkNames ?? []) this.endedSinks.delete(name)
    await this.checkpoints.interrupt()
    const backTo = this.checkpoints.data?.checkpoint ?? -1
    for (const lost of (await failed?.lostAfter(backTo)) ?? []) this.emit({ type: 'lost', at: this.env.clock.now(), ...lost })
    await failed?.dispose(this.lifecycle.hasEnded ? undefined : backTo)
    await new Promise<void>((resolve) => this.after(delayMs, resolve))
    if (this.lifecycle.hasEnded) return
    this.setBases(this.checkpoints.data)
    let opened: Region
    try {
      opened = await this.openRegion(index, 'restarted')
    } catch (error) {
      // A failed restart is itself a failure, and counts; a slot that is gone stays so.
      const { code, operatorId = 'engine' } = hasCode(error) ? error : { code: null }
      return this.regionFailed(index, new RegionFailed(operatorId, error, code === 'SLOT_LOST' ? 'fatal' : 'restart'))
    }
    if (this.lifecycle.hasEnded) return opened.dispose()
    this.regions[index] = opened
    opened.start()
    if (this.running() === null) return
    this.lifecycle.send('restarted')
    // The end has to be reached again, unless the user had asked to stop.
    this.halting = !this.checkpoints.isIdle && this.halting
    this.checkpoints.begin()
    this.concludeIfEnded()
  }

  /** Without checkpoints only a bounded job of replayable sources can start again; with them nothing is committed before the first. */
  private canRestart(): boolean {
    if (this.checkpoints.data !== null || this.start.store !== null) return true
    return this.start.plan.vertices.every((vertex) => vertex.source === null || vertex.source.connector.bounded === true)
  }

  private noSnapshot({ operatorId, site, record }: MillraceError, cause: unknown): MillraceError {
    return new MillraceError('NO_SNAPSHOT', `${inWords(cause)}; a restart needs a snapshot, and there is none`, { operatorId, site, record, next: adviceOf(cause), cause })
  }

  // ── the end ────────────────────────────────────────────────────────────────

  private get summary(): JobSummary {
    return { ...this.totals(), restarts: this.restarts, checkpoints: this.checkpoints.completed, elapsed: this.elapsed }
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
    this.checkpoints.rejectAll(error)
    this.reject(jobError(error, this.start.plan))
  }

  async cancel(): Promise<void> {
    if (this.lifecycle.hasEnded) return
    this.lifecycle.send('cancel')
    await this.shutDown()
    this.close()
    const error = new MillraceError('OPERATOR_FAILED', `the job '${this.start.plan.topology.id}' was cancelled`, { next: 'Run it again to resume from its last checkpoint.' })
    this.checkpoints.rejectAll(error)
    this.reject(error)
  }

  private async shutDown(): Promise<void> {
    this.start.options.signal?.removeEventListener('abort', this.onAbort)
    for (const cancel of this.timers) cancel()
    this.timers.clear()
    this.checkpoints.dispose()
    for (const region of this.regions) await region?.dispose()
    await this.start.slots?.close()
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
      return Promise.reject(this.withoutCheckpoints())
    return this.asked({ kind: 'periodic', path: null, final: false, finished: false })
  }

  async savepoint(path: string): Promise<string> {
    if (this.start.store === null)
      throw this.withoutCheckpoints()
    await this.asked({ kind: 'savepoint', path, final: false, finished: false })
    return path
  }

  private withoutCheckpoints(): MillraceError {
    const what = `the job '${this.start.plan.topology.id}' runs without checkpoints`
    return new MillraceError('NO_SNAPSHOT', what, { next: 'Run it with checkpoints: { every, to: fileStore(…) }.' })
  }

  private asked(request: Omit<CheckpointRequest, 'waiters'>): Promise<number> {
    if (this.lifecycle.hasEnded) return Promise.reject(new MillraceError('CHECKPOINT_FAILED', `the job has ${this.status}`))
    return this.checkpoints.ask(request)
  }

  async stop(options: { readonly savepoint?: string; readonly drain?: boolean } = {}): Promise<JobSummary> {
    if (this.lifecycle.hasEnded || this.halting) return this.completed
    const path = options.savepoint ?? null
    if (path !== null && this.start.store === null) await this.savepoint(path)
    this.lifecycle.send('stop')
    if (options.drain === true) {
      this.lastSavepoint = path
      for (const region of this.regions) region?.drain()
      return this.completed
    }
    this.halting = true
    this.checkpoints.request({ kind: path === null ? 'periodic' : 'savepoint', path, final: true, finished: false, waiters: [] })
    return this.completed
  }

  private totals(): JobCounters {
    return this.regions.reduce((sum, region, index) => addCounters(sum, addCounters(this.bases[index]!, region?.counters() ?? NO_COUNTERS)), NO_COUNTERS)
  }

  metrics(): JobMetrics {
    const operators = Object.assign({}, ...this.regions.map((region) => region?.metrics())) as Record<string, OperatorMetrics>
    return { ...this.totals(), restarts: this.restarts, checkpoints: this.checkpoints.completed, operators }
  }

  deadLetters(): readonly DeadLetter[] {
    return this.boxes.flatMap((box) => box.letters())
  }
}
