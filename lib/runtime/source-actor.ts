/**
 * An actor that reads splits of a source and runs the first stages on what it reads.
 *
 * Between two batches it takes barriers: the positions after the last batch are the snapshot. It reads only while its outbox has room.
 */
import type { SinkStart, SourceBatch } from '../api/connector.ts'
import type { PlanVertex } from '../plan/plan.ts'
import { ActorCore } from './actor-core.ts'
import type { RestoredState } from './actor-core.ts'
import type { Actor, ActorHost } from './actor-host.ts'
import type { Barrier } from './batch.ts'
import { ActorStopped, RegionFailed } from './failure.ts'
import type { JobCounters, OperatorMetrics } from './job-handle.ts'
import type { Router } from './router.ts'
import { SplitReading, encodeSplits } from './split-reading.ts'
import type { SplitState } from './split-reading.ts'

interface Current {
  readonly state: SplitState
  readonly batch: SourceBatch<unknown, unknown>
  row: number
}

type Phase = 'reading' | 'ending' | 'ended' | 'halted'

export class SourceActor implements Actor {
  readonly name: string
  private readonly core: ActorCore
  private readonly host: ActorHost
  private readonly reading: SplitReading
  private readonly sourceId: string
  private readonly batchMax: number
  private readonly counted: boolean
  private phase: Phase = 'reading'
  private current: Current | null = null
  private barriers: Barrier[] = []
  private ends: SplitState[] = []
  private started = false
  private stopped = false
  /** Positions of checkpoints that are not complete yet. */
  private readonly positions = new Map<number, ReadonlyMap<string, unknown>>()
  /** Records that cannot be read again: read in all, and up to each checkpoint. */
  private unrepeatable = 0
  private readonly unrepeatableAt = new Map<number, number>()

  constructor(vertex: PlanVertex, instance: number, host: ActorHost, router: Router, splits: readonly SplitState[], settings: { readonly batchMax: number; readonly start: SinkStart }) {
    const source = vertex.source!
    this.host = host
    this.sourceId = source.id
    this.batchMax = settings.batchMax
    this.counted = source.connector.admit === undefined
    const ready = (): void => host.dispatcher.ready(this)
    this.core = new ActorCore(vertex, instance, host, router, (row) => this.recordNumber(row), ready)
    this.name = this.core.name
    this.reading = new SplitReading(source.connector, splits, {
      context: { env: host.env, parallelism: vertex.parallelism, start: settings.start },
      sourceId: source.id,
      after: (ms, wake) => void host.env.scheduler.after(ms, wake),
      ready,
      failed: (error) => this.fail(new RegionFailed(source.id, error, 'restart')),
    })
  }

  restore(state: RestoredState): void {
    this.core.restore(state)
    this.stopped = state.isStopped(this.name)
  }

  start(): void {
    this.core.lifecycle.send({ type: 'opened' })
    this.host.dispatcher.ready(this)
  }

  counters(): JobCounters {
    return this.core.counters.plain()
  }

  metrics(): OperatorMetrics {
    return this.core.metrics()
  }

  spent(ms: number): void {
    this.core.counters.busy += ms
  }

  /** Takes a checkpoint between two batches. After a final one nothing more is read. */
  trigger(barrier: Barrier): void {
    this.barriers.push(barrier)
    this.host.dispatcher.ready(this)
  }

  /** Ends all splits where they stand, as at the end of input. */
  drain(): void {
    this.ends = [...this.reading.live]
    this.host.dispatcher.ready(this)
  }

  committed(checkpoint: number): void {
    const positions = this.positions.get(checkpoint)
    for (const older of this.positions.keys()) if (older <= checkpoint) this.positions.delete(older)
    for (const older of this.unrepeatableAt.keys()) if (older < checkpoint) this.unrepeatableAt.delete(older)
    if (positions !== undefined) this.reading.committed(positions)
  }

  /** Records read after that checkpoint that will not come again; −1: after the start. */
  lostAfter(checkpoint: number): { readonly operatorId: string; readonly records: number } {
    return { operatorId: this.sourceId, records: this.unrepeatable - (this.unrepeatableAt.get(checkpoint) ?? 0) }
  }

  step(): void {
    try {
      this.stepOnce()
    } catch (error) {
      this.fail(error)
    }
  }

  private stepOnce(): void {
    const { core } = this
    const { phase } = core.lifecycle
    if (phase === 'starting' || phase === 'disposed' || phase === 'failed') return
    const hasRoom = core.begin()
    const { isCapturing } = core
    if (!hasRoom && !isCapturing) return
    let going = false
    try {
      this.host.enter(() => {
        if (hasRoom) going = this.work()
        if (isCapturing) core.writeCaptured()
      })
    } catch (error) {
      if (!(error instanceof ActorStopped)) throw error
      core.chain.abandon()
      this.host.reports.stopped(error.operatorId, error.cause)
      this.stopped = true
      going = true
    }
    if (core.isCapturing) this.host.dispatcher.ready(this)
    if (core.router.isBlocked) return
    core.end(!going)
    if (going) this.host.dispatcher.ready(this)
  }

  private fail(error: unknown): void {
    if (this.core.lifecycle.phase === 'disposed' || this.core.lifecycle.phase === 'failed') return
    this.core.lifecycle.send({ type: 'fail' })
    this.host.reports.failed(this.name, error)
  }

  /** True: there is more to do at once. */
  private work(): boolean {
    const { core } = this
    if (core.chain.isBusy && !core.chain.resume()) return false
    if (!this.started) {
      this.started = true
      const origins = this.reading.live.map((state) => this.originOf(state))
      core.chain.splits(origins)
      return true
    }
    if (this.stopped && this.phase === 'reading') return this.bury()
    if (core.completed && this.phase === 'reading') return this.endAll()
    if (this.current !== null) {
      this.workBatch(this.current)
      return true
    }
    if (core.clockDue) {
      core.clockDue = false
      core.chain.clock(core.now)
      return true
    }
    const barrier = this.barriers[0]
    if (barrier !== undefined) {
      if (!core.chain.letGo()) return true
      this.barriers.shift()
      this.snapshot(barrier)
      return true
    }
    if (this.phase !== 'reading') return this.conclude()
    if (core.router.isAbandoned) return this.endAll()
    const ended = this.ends.shift()
    if (ended !== undefined) {
      this.reading.end(ended)
      core.chain.splitEnd(this.originOf(ended))
      return true
    }
    if (this.reading.allDone) {
      this.phase = 'ending'
      core.chain.watermark(Infinity)
      return true
    }
    const next = this.reading.next(this.batchMax)
    if (next === null) return false
    this.current = { ...next, row: 0 }
    return true
  }

  private workBatch(current: Current): void {
    const { core } = this
    const { state, batch } = current
    const { records } = batch
    const origin = this.originOf(state)
    const from = current.row
    try {
      current.row = core.chain.push({ values: records, times: null, keys: null }, from, records.length, origin)
    } catch (error) {
      current.row = core.chain.row
      throw error
    } finally {
      core.counters.records += current.row - from
      core.counters.taken += current.row - from
    }
    if (current.row < records.length || core.isHeld) return
    this.current = null
    this.reading.passed(state, batch)
    if (batch.position === undefined) this.unrepeatable += records.length
    if (state.done) core.chain.splitEnd(origin)
  }

  /** Nothing downstream wants more. */
  private endAll(): boolean {
    this.current = null
    for (const state of this.reading.live) this.reading.end(state)
    this.phase = 'ending'
    this.core.chain.watermark(Infinity)
    return true
  }

  /** The supervisor stopped this actor: what had been read goes to the dead letters, nothing more is read. */
  private bury(): boolean {
    const { chain, router } = this.core
    const { current } = this
    while (current !== null && current.row < current.batch.records.length) {
      if (router.isBlocked) return false
      if (!this.counted) this.core.counters.records++
      chain.calls.bury(0, current.batch.records[current.row++], { code: 'OPERATOR_FAILED', message: 'was read by an actor that its supervisor had stopped', stack: '' }, 0, 'failed')
    }
    this.current = null
    for (const state of this.reading.live) this.reading.end(state)
    this.phase = 'ending'
    return true
  }

  private conclude(): boolean {
    if (this.phase !== 'ending') return false
    this.phase = 'ended'
    this.core.lifecycle.send({ type: 'end' })
    this.core.router.endOutputs()
    this.core.router.endDeadLetters()
    return true
  }

  private snapshot(barrier: Barrier): void {
    const { core } = this
    core.lifecycle.send({ type: 'align' })
    core.lifecycle.send({ type: 'aligned' })
    const { states } = this.reading
    this.unrepeatableAt.set(barrier.checkpoint, this.unrepeatable)
    this.positions.set(barrier.checkpoint, new Map(states.map((state) => [state.split.id, state.position])))
    const splits = { name: `${this.sourceId}/${core.instance}`, bytes: encodeSplits(states) }
    core.capture(barrier, { chunks: [splits], stopped: this.stopped }, !this.stopped)
    core.router.barrier(barrier)
    core.lifecycle.send({ type: 'snapshotted' })
    if (barrier.final && this.phase === 'reading') this.phase = 'halted'
  }

  private originOf(state: SplitState): string {
    return `${this.sourceId}/${state.split.id}`
  }

  private recordNumber(row: number): number | null {
    return this.current === null ? null : this.current.state.count + row - 1
  }

  dispose(): Promise<void> {
    this.reading.dispose()
    return this.core.dispose()
  }
}
