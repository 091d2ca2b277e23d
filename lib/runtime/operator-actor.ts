/**
 * An actor with inputs: a chain of operators behind a mailbox.
 *
 * A step handles one message to its end, or pauses where the outbox is full. Barriers: the first of a checkpoint blocks its input until
 * all inputs have brought theirs; then the state is captured and the barrier goes on; it is acknowledged once what was captured is written.
 */
import { Mailbox } from '../actors/mailbox.ts'
import type { PlanVertex } from '../plan/plan.ts'
import { WatermarkMerge } from '../time/watermark-merge.ts'
import { ActorCore } from './actor-core.ts'
import type { RestoredState } from './actor-core.ts'
import type { Actor, ActorHost } from './actor-host.ts'
import type { Barrier, Batch, Message } from './batch.ts'
import type { Receiver } from './channel.ts'
import { ActorStopped } from './failure.ts'
import type { JobCounters, OperatorMetrics } from './job-handle.ts'
import type { Router } from './router.ts'

interface Current {
  readonly input: number
  readonly batch: Batch
  row: number
  mark: number
}

export class OperatorActor implements Actor {
  readonly name: string
  private readonly core: ActorCore
  private readonly inputs: readonly Receiver[]
  /** Which of the vertex's edges each input belongs to. */
  private readonly edgeOf: readonly number[]
  private readonly mailbox: Mailbox<Message>
  private readonly merge: WatermarkMerge
  private readonly host: ActorHost
  private current: Current | null = null
  private readonly aligned = new Set<number>()
  private aligning: Barrier | null = null
  private readonly ended = new Set<number>()
  private readonly declared = new Map<number, readonly string[]>()
  /** Nothing is processed any more: 'closed' drops what comes (its stage is complete), 'stopped' buries it. */
  private outcome: 'open' | 'closed' | 'stopped' = 'open'
  /** What is to be told its end next: the outputs once the chain is empty, the dead letters once nothing can come any more. */
  private toEnd: 'later' | 'outputs' | 'dead letters' | 'nothing' = 'later'

  constructor(vertex: PlanVertex, instance: number, host: ActorHost, router: Router, inputs: readonly Receiver[], edgeOf: readonly number[]) {
    this.edgeOf = edgeOf
    this.host = host
    this.inputs = inputs
    this.core = new ActorCore(vertex, instance, host, router, () => null, () => host.dispatcher.ready(this))
    this.name = this.core.name
    this.mailbox = new Mailbox(inputs, (count) => host.env.scheduler.pick(count))
    this.merge = new WatermarkMerge(inputs.length)
  }

  restore(state: RestoredState): void {
    this.core.restore(state)
    if (state.isStopped(this.name)) this.finish('stopped')
  }

  start(): void {
    if (this.core.lifecycle.phase === 'starting') this.core.lifecycle.send({ type: 'opened' })
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

  step(): void {
    try {
      this.stepOnce()
    } catch (error) {
      this.core.lifecycle.send({ type: 'fail' })
      this.host.reports.failed(this.name, error)
    }
  }

  private stepOnce(): void {
    const { core } = this
    const { phase } = core.lifecycle
    if (phase === 'starting' || phase === 'disposed' || phase === 'failed') return
    const hasRoom = core.begin()
    const { isCapturing } = core
    if (!hasRoom && !isCapturing) return
    try {
      this.host.enter(() => {
        if (hasRoom) this.work()
        if (isCapturing) core.writeCaptured()
      })
    } catch (error) {
      if (!(error instanceof ActorStopped)) throw error
      this.stopped(error)
    }
    if (core.isCapturing) this.host.dispatcher.ready(this)
    if (core.router.isBlocked) return
    if (core.chain.isWaiting) return core.end(true)
    const isIdle = !this.mailbox.hasLetter && this.current === null && !core.chain.isBusy && !this.hasEndToTell && !core.clockDue
    core.end(isIdle)
    if (!isIdle) this.host.dispatcher.ready(this)
  }

  private work(): void {
    const { core } = this
    if (core.chain.isBusy && !core.chain.resume()) return
    if (this.toEnd === 'outputs') {
      this.toEnd = 'dead letters'
      core.router.endOutputs()
      if (core.router.isBlocked) return
    }
    if (this.toEnd === 'dead letters' && this.ended.size === this.inputs.length) {
      this.toEnd = 'nothing'
      core.router.endDeadLetters()
      if (core.router.isBlocked) return
    }
    if (this.outcome === 'open' && core.router.isAbandoned) this.finish('closed')
    if (this.current !== null) return this.workBatch(this.current)
    this.passBarrier()
    if (core.isHeld) return
    if (core.clockDue) {
      core.clockDue = false
      if (this.outcome === 'open' && !core.chain.clock(core.now)) return
    }
    const letter = this.mailbox.take()
    if (letter !== undefined) this.handle(letter.input, letter.message)
  }

  private get hasEndToTell(): boolean {
    return this.toEnd === 'outputs' || (this.toEnd === 'dead letters' && this.ended.size === this.inputs.length)
  }

  private handle(input: number, message: Message): void {
    const { core } = this
    switch (message.type) {
      case 'batch':
        this.current = { input, batch: message, row: 0, mark: 0 }
        return this.workBatch(this.current)
      case 'splits':
        return this.hearSplits(input, message.origins)
      case 'split-end':
        if (this.outcome === 'open') core.chain.splitEnd(this.via(input, message.origin))
        return
      case 'barrier':
        return this.align(input, message.barrier)
      case 'end':
        this.ended.add(input)
        if (this.outcome !== 'open') return
        this.follow(input, Infinity)
        if (this.ended.size === this.inputs.length) this.finish('closed')
    }
  }

  private workBatch(current: Current): void {
    const { core } = this
    const { batch, input } = current
    if (this.outcome !== 'open') return this.refuse(current)
    const { length, markAt, marks } = batch
    if (length > 0) this.merge.active(input)
    const origin = batch.origin === '' ? '' : this.via(input, batch.origin)
    for (;;) {
      while (current.mark < marks.length && markAt[current.mark]! <= current.row) if (!this.follow(input, marks[current.mark++]!)) return
      if (current.row >= length) break
      const to = current.mark < marks.length ? markAt[current.mark]! : length
      const from = current.row
      try {
        current.row = core.chain.push(batch, from, to, origin)
      } catch (error) {
        current.row = core.chain.row
        throw error
      } finally {
        core.counters.taken += current.row - from
      }
      if (core.completed) {
        this.finishWhenIdle()
        return
      }
      if (core.isHeld) return
    }
    this.current = null
    this.inputs[input]!.processed(batch)
  }

  /** What comes for an actor that has ended. */
  private refuse(current: Current): void {
    const { batch } = current
    const { chain, router } = this.core
    while (this.outcome === 'stopped' && current.row < batch.length) {
      if (router.isBlocked) return
      const row = current.row++
      chain.context.time = batch.times[row]!
      chain.context.key = batch.keys[row]
      chain.context.origin = batch.origin
      chain.calls.buryUnheard(0, batch.values[row])
    }
    this.current = null
    this.inputs[current.input]!.processed(batch)
  }

  /** False: the chain has paused. */
  private follow(input: number, at: number): boolean {
    const merged = this.merge.update(input, at)
    return merged === null || this.core.chain.watermark(merged)
  }

  /** No record is taken before all inputs have said which splits they bring: a watermark must not run ahead of one not heard of. */
  private hearSplits(input: number, origins: readonly string[]): void {
    this.declared.set(
      input,
      origins.map((origin) => this.via(input, origin)),
    )
    this.mailbox.block(input)
    if (this.declared.size < this.inputs.length) return
    this.mailbox.unblockAll()
    if (this.outcome === 'open') this.core.chain.splits([...this.declared.values()].flat())
  }

  /** The same split can come by two ways, and is ahead on one of them: each way counts as a split of its own. */
  private via(input: number, origin: string): string {
    return this.edgeOf[this.edgeOf.length - 1] === 0 ? origin : `${this.edgeOf[input]}>${origin}`
  }

  private align(input: number, barrier: Barrier): void {
    const { lifecycle } = this.core
    if (this.aligning === null || this.aligning.checkpoint < barrier.checkpoint) {
      if (this.aligning === null) lifecycle.send({ type: 'align' })
      this.aligning = barrier
      this.aligned.clear()
      this.mailbox.unblockAll()
    }
    this.aligned.add(input)
    this.mailbox.block(input)
    this.passBarrier()
  }

  /** All inputs have brought the barrier: takes the snapshot and passes it on, once nothing stands before it. */
  private passBarrier(): void {
    const { lifecycle } = this.core
    const barrier = this.aligning
    if (barrier === null || this.aligned.size < this.inputs.length || (this.outcome === 'open' && !this.core.chain.letGo())) return
    lifecycle.send({ type: 'aligned' })
    const stopped = this.outcome === 'stopped'
    this.core.capture(barrier, { chunks: [], stopped }, !stopped)
    this.core.router.barrier(barrier)
    lifecycle.send({ type: 'snapshotted' })
    this.aligning = null
    this.aligned.clear()
    this.mailbox.unblockAll()
  }

  /** A stage is complete: what it has put out still goes through the later ones. */
  private finishWhenIdle(): void {
    this.core.chain.follow(0, Infinity)
    this.finish('closed')
    this.core.chain.resume()
  }

  private stopped(error: ActorStopped): void {
    this.core.chain.abandon()
    this.host.reports.stopped(error.operatorId, error.cause)
    this.finish('stopped')
  }

  /** Ends the outputs. The actor goes on to pass barriers and to take what still comes. */
  private finish(outcome: 'closed' | 'stopped'): void {
    if (this.outcome !== 'open') return
    this.outcome = outcome
    this.core.lifecycle.send({ type: outcome === 'stopped' ? 'stop' : 'end' })
    for (const input of this.inputs) input.close()
    this.toEnd = 'outputs'
    this.host.dispatcher.ready(this)
  }

  dispose(): Promise<void> {
    return this.core.dispose()
  }
}
