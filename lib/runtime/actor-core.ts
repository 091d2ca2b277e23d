/** What source actors and operator actors share: a chain, a router, counters, a lifecycle, timers, and the taking of a snapshot. */
import { Lifecycle } from '../actors/lifecycle.ts'
import { hasCode, placed } from '../errors.ts'
import type { PlanStep, PlanVertex } from '../plan/plan.ts'
import { ByteReader } from '../state/byte-reader.ts'
import { ByteWriter } from '../state/byte-writer.ts'
import { decodeValue, encodeValue } from '../state/codec.ts'
import { groupRange } from '../state/key-group.ts'
import { Counters } from './actor-host.ts'
import type { ActorHost, SnapshotChunk } from './actor-host.ts'
import type { OperatorMetrics } from './job-handle.ts'
import type { Barrier } from './batch.ts'
import { OperatorChain } from './operator-chain.ts'
import type { Router } from './router.ts'
import { StateCapture } from './state-capture.ts'
import type { CapturedStage } from './state-capture.ts'

/** State of a restored job by chunk name. */
export interface RestoredState {
  chunksOf(operatorId: string): readonly { readonly instance: number; readonly bytes: Uint8Array }[]
  /** Whether instances of the stage find what those of the same number kept; else each looks through what all of them kept. */
  isSame(step: Pick<PlanStep, 'id' | 'state'>, parallelism: number): boolean
  isStopped(actor: string): boolean
}

/** Milliseconds after which an actor that is never idle sends what it has. */
const FLUSH_MS = 5

export class ActorCore {
  readonly name: string
  readonly vertex: PlanVertex
  readonly instance: number
  readonly router: Router
  readonly chain: OperatorChain
  readonly counters: Counters = new Counters()
  readonly lifecycle: Lifecycle
  readonly host: ActorHost
  /** A stage of the chain wants nothing more. */
  completed = false
  clockDue = false
  private captured: StateCapture | null = null
  private wakeTime = Infinity
  private cancelWake: (() => void) | null = null
  private blockedSince: number | null = null
  private blockedTotal = 0
  private stepTime = 0
  private flushedAt = 0

  constructor(vertex: PlanVertex, instance: number, host: ActorHost, router: Router, recordNumber: (row: number) => number | null, ready: () => void) {
    this.name = `${vertex.id}/${instance}`
    this.vertex = vertex
    this.instance = instance
    this.router = router
    this.host = host
    this.lifecycle = new Lifecycle(this.name)
    const { env } = host
    this.stepTime = env.clock.now()
    const wakeAt = (at: number): void => {
      if (at >= this.wakeTime) return
      this.cancelWake?.()
      this.wakeTime = at
      this.cancelWake = env.scheduler.after(Math.max(0, at - env.clock.now()), () => {
        this.wakeTime = Infinity
        this.cancelWake = null
        this.clockDue = true
        ready()
      })
    }
    this.chain = new OperatorChain(vertex.steps, {
      instance,
      parallelism: vertex.parallelism,
      maxParallelism: host.maxParallelism,
      router,
      supervision: host.supervision,
      suspects: host.suspects,
      chains: host.chains,
      now: () => this.stepTime,
      monotonic: () => env.clock.monotonic(),
      activeNow: () => this.stepTime - this.blockedTotal,
      wakeAt,
      wake: () => {
        this.clockDue = true
        ready()
      },
      offloader: env.offloader,
      recordNumber,
      onLate: () => void this.counters.late++,
      onDeadLetter: (letter, refused) => {
        this.counters.deadLetters++
        if (refused) this.counters.records--
        host.reports.deadLetter(letter)
      },
      onComplete: () => {
        this.completed = true
      },
    })
  }

  /** At the start of a step: reads the clock once for all of it. False: the outbox is still full. */
  begin(): boolean {
    this.stepTime = this.host.env.clock.now()
    this.router.flush(false)
    if (this.router.isBlocked) {
      this.blockedSince ??= this.stepTime
      return false
    }
    if (this.blockedSince !== null) {
      this.blockedTotal += this.stepTime - this.blockedSince
      this.blockedSince = null
    }
    return true
  }

  /** After a step: sends open batches where nothing more waits, and in a busy actor now and then, so that a rare result is not held back. */
  end(isIdle: boolean): void {
    if (!isIdle && this.stepTime - this.flushedAt < FLUSH_MS) return
    this.flushedAt = this.stepTime
    this.router.flush(true)
  }

  /** The chain has something to put out yet, and no room for it. */
  get isHeld(): boolean {
    return this.chain.isBusy || this.router.isBlocked
  }

  get now(): number {
    return this.stepTime
  }

  metrics(): OperatorMetrics {
    const { counters, router, chain } = this
    return { ...counters.plain(), in: counters.taken, out: router.emitted, watermark: chain.outWatermark, busy: counters.busy, cloned: router.cloned }
  }

  /**
   * Takes the state as it is now. What takes long to write of it is left to `writeCaptured`, and acknowledged when all is written.
   * An earlier capture that is not written yet is of a checkpoint that has been given up: it is dropped.
   */
  capture(barrier: Barrier, facts: { readonly chunks: readonly SnapshotChunk[]; readonly stopped: boolean }, withState: boolean): void {
    const chunks = [...facts.chunks]
    const stages: CapturedStage[] = []
    if (withState && this.host.stores) {
      this.vertex.steps.forEach((step, index) => {
        if (step.state === null) return
        const writer = new ByteWriter()
        try {
          const rest = this.chain.snapshot(index, writer)
          stages.push({ name: `${step.id}/${this.instance}`, writer, rest })
        } catch (error) {
          throw hasCode(error) ? placed(error, step.id, step.site) : error
        }
      })
      const { turns } = this.router
      if (turns.length > 0) chunks.push({ name: `${this.turnsName}/${this.instance}`, bytes: encodeValue(turns) })
    }
    this.captured = new StateCapture({ actor: this.name, checkpoint: barrier.checkpoint, chunks, counters: this.counters.plain(), stopped: facts.stopped }, stages)
    this.acknowledgeWritten()
  }

  /** Some of a snapshot is yet to be written. */
  get isCapturing(): boolean {
    return this.captured !== null
  }

  writeCaptured(): void {
    if (this.captured === null) return
    this.captured.writeSome()
    this.acknowledgeWritten()
  }

  private acknowledgeWritten(): void {
    const { captured } = this
    if (captured?.isWritten !== true) return
    this.captured = null
    this.host.reports.acknowledged(captured.acknowledgement())
  }

  private get turnsName(): string {
    return `${this.vertex.id}#turns`
  }

  restore(state: RestoredState): void {
    const { parallelism } = this.vertex
    const range = groupRange(this.instance, parallelism, this.host.maxParallelism)
    const own = state.chunksOf(this.turnsName).find((chunk) => chunk.instance === this.instance)
    if (own !== undefined) this.router.turns = decodeValue(own.bytes) as number[]
    this.vertex.steps.forEach((step, index) => {
      if (step.state === null) return
      const same = state.isSame(step, parallelism)
      const chunks = state.chunksOf(step.id).filter((chunk) => !same || chunk.instance === this.instance)
      if (chunks.length === 0) return
      this.chain.restore(index, {
        same,
        parts: chunks.map((chunk) => ({ instance: chunk.instance, reader: new ByteReader(chunk.bytes) })),
        owns: (group) => group >= range.from && group < range.to,
      })
    })
  }

  dispose(): Promise<void> {
    this.captured = null
    this.cancelWake?.()
    this.cancelWake = null
    this.lifecycle.send({ type: 'dispose' })
    return this.chain.dispose()
  }
}
