/** A part of a region that lives in a slot, as the thread that called `run` sees it. */
import type { Env } from '../env/env.ts'
import { NO_COUNTERS } from './actor-host.ts'
import type { Reports } from './actor-host.ts'
import type { Barrier } from './batch.ts'
import { errorFrom } from './error-data.ts'
import { RegionFailed } from './failure.ts'
import type { JobCounters, OperatorMetrics } from './job-handle.ts'
import type { LostRecords, Part } from './region-part.ts'
import type { Plan } from '../plan/plan.ts'
import type { FailureData, FromSlot, ToSlot } from './slot-protocol.ts'

type Report = Extract<FromSlot, { type: 'acknowledged' | 'sink-ended' | 'committed' | 'failed' | 'stopped' | 'dead-letter' }>

/** Milliseconds that an answer is waited for. */
const ANSWER_MS = 5_000

export class RemotePart implements Part {
  private readonly part: number
  private readonly plan: Plan
  private readonly reports: Reports
  private readonly post: (message: ToSlot) => void
  private readonly after: Env['scheduler']['after']
  private lastCounters: JobCounters = NO_COUNTERS
  private lastMetrics: Readonly<Record<string, OperatorMetrics>> = {}
  private settleOpening: ((error: Error | null) => void) | null = null
  private readonly questions = new Map<number, (answer: readonly LostRecords[]) => void>()
  private asked = 0
  private disposed = false
  private isGone = false

  /** `post` tells the slot; `after` is the timer of the job's Env. */
  constructor(part: number, plan: Plan, reports: Reports, post: (message: ToSlot) => void, after: Env['scheduler']['after']) {
    this.part = part
    this.plan = plan
    this.reports = reports
    this.post = post
    this.after = after
  }

  /** Resolves once its connectors are open. */
  open(send: () => void): Promise<void> {
    return new Promise((resolve, reject) => {
      this.settleOpening = (error) => (error === null ? resolve() : reject(error))
      send()
    })
  }

  /** What the slot says of this part. */
  hear(message: Exclude<FromSlot, { type: 'ready' | 'unfit' }>): void {
    switch (message.type) {
      case 'opened':
        this.settleOpening?.(message.error === null ? null : errorFrom(message.error))
        this.settleOpening = null
        return
      case 'lost':
        return this.answer(message.question, message.lost)
      case 'disposed':
        return this.answer(message.question, [])
      case 'metrics':
        this.lastCounters = message.counters
        this.lastMetrics = message.operators
        return
      default:
        if (!this.disposed) this.report(message)
    }
  }

  private report(message: Report): void {
    switch (message.type) {
      case 'acknowledged':
        return this.acknowledged(message)
      case 'sink-ended':
        return this.reports.sinkEnded(message.actor)
      case 'committed':
        return this.reports.committed(message.actor, message.checkpoint)
      case 'failed':
        return this.reports.failed(message.failure.actor, this.failureOf(message.failure))
      case 'stopped':
        return this.reports.stopped(message.operatorId, errorFrom(message.error))
      case 'dead-letter':
        return this.reports.deadLetter(message.letter)
    }
  }

  /** The file goes with the first of those whose chunks it has. */
  private acknowledged({ acks, stored }: Extract<Report, { type: 'acknowledged' }>): void {
    const file = stored !== null && 'error' in stored ? errorFrom(stored.error) : stored
    acks.forEach((ack, index) => this.reports.acknowledged(index === 0 ? { ...ack, stored: file } : ack))
  }

  /** Its slot is gone. */
  lose(error: Error): void {
    this.isGone = true
    this.settleOpening?.(error)
    this.settleOpening = null
    for (const question of [...this.questions.keys()]) this.answer(question, [])
    if (!this.disposed) this.reports.failed(`part ${this.part}`, new RegionFailed('engine', error, 'fatal'))
  }

  start(): void {
    this.post({ type: 'start', part: this.part })
  }

  trigger(barrier: Barrier): void {
    this.post({ type: 'trigger', part: this.part, barrier })
  }

  drain(): void {
    this.post({ type: 'drain', part: this.part })
  }

  commit(checkpoint: number): void {
    this.post({ type: 'commit', part: this.part, checkpoint })
  }

  lostAfter(checkpoint: number): Promise<readonly LostRecords[]> {
    return this.ask((question) => ({ type: 'lost', part: this.part, checkpoint, question }))
  }

  counters(): JobCounters {
    return this.lastCounters
  }

  metrics(): Readonly<Record<string, OperatorMetrics>> {
    return this.lastMetrics
  }

  async dispose(abortAfter?: number): Promise<void> {
    this.disposed = true
    await this.ask((question) => ({ type: 'dispose', part: this.part, abortAfter, question }))
  }

  private ask(message: (question: number) => ToSlot): Promise<readonly LostRecords[]> {
    const question = this.asked++
    if (this.isGone) return Promise.resolve([])
    return new Promise((resolve) => {
      this.post(message(question))
      // A thread that hangs in a call of the user's answers nothing.
      const cancel = this.after(ANSWER_MS, () => this.answer(question, []))
      this.questions.set(question, (lost) => {
        cancel()
        resolve(lost)
      })
    })
  }

  private answer(question: number, lost: readonly LostRecords[]): void {
    this.questions.get(question)?.(lost)
    this.questions.delete(question)
  }

  private failureOf({ operatorId, failure, own, record, cause }: FailureData): RegionFailed {
    const step = own ? this.plan.vertices.flatMap(({ steps }) => steps).find(({ id }) => id === operatorId) : undefined
    return new RegionFailed(operatorId, errorFrom(cause), failure, step?.supervision ?? null, record)
  }
}
