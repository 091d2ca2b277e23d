/**
 * The fused stages of an actor, run one record at a time. What a stage has still to put out waits as a frame on a stack: outputs of a
 * call (a cursor), or a watermark that follows the record it came with. The chain pauses where the outbox is full and goes on with the
 * top frame before anything else, so nothing overtakes.
 */
import { hasCode, placed } from '../errors.ts'
import { DONE, NONE, WAITING } from '../operators/operator.ts'
import type { Cursor, LookAhead, Operator, OperatorContext, RestoreScope, Unwritten } from '../operators/operator.ts'
import type { PlanStep } from '../plan/plan.ts'
import type { ByteWriter } from '../state/byte-writer.ts'
import type { Router } from './router.ts'
import { mayCompile } from '../code/scope.ts'
import { CallSupervision } from './call-supervision.ts'
import type { Rows } from './batch.ts'
import { ChainContext } from './chain-context.ts'
import { ColumnRuns } from './column-code.ts'
import { compileChain } from './chain-code.ts'
import { RunChoice, TIMED_ROWS_MIN } from './run-choice.ts'
import type { CompiledChain } from './chain-code.ts'
import type { ChainHost } from './chain-host.ts'
import { ActorStopped, RegionFailed } from './failure.ts'

/** Outputs of a call, with the facts of the record that it was for. */
export interface CursorFrame {
  readonly type: 'cursor'
  readonly step: number
  readonly cursor: Cursor
  readonly record: unknown
  readonly time: number
  readonly key: unknown
  readonly origin: string
}

type Frame =
  | CursorFrame
  | { readonly type: 'watermark'; readonly step: number; readonly at: number }
  | { readonly type: 'clock'; readonly step: number; readonly at: number }
  | { readonly type: 'split-end'; readonly step: number; readonly origin: string }

const createdBy = (step: PlanStep, context: OperatorContext): Operator => {
  try {
    return step.create(context)
  } catch (error) {
    throw hasCode(error) ? placed(error, step.id, step.site) : error
  }
}

export class OperatorChain {
  readonly steps: readonly PlanStep[]
  readonly operators: readonly Operator[]
  readonly context: ChainContext
  readonly calls: CallSupervision
  readonly router: Router
  readonly frames: Frame[] = []
  /** One more than the row of the current batch that is going through. */
  row = 0
  /** What goes through has come straight from that row, and not from a watermark. */
  private isFromRow = false
  /** A stage wants nothing more. */
  isOver = false
  /** The top frame waits for an output that is not there yet: nothing is to be done until the stage wakes its actor. */
  isWaiting = false
  private readonly watermarks: Float64Array
  private readonly host: ChainHost
  private readonly compiled: CompiledChain | null
  private readonly choice: RunChoice = new RunChoice()
  /** Made when it is first tried. */
  private far: CompiledChain | null = null
  private readonly lookAhead: LookAhead | null
  /** Null where the first stage wants rows. */
  private readonly columnRuns: ColumnRuns | null
  /** Stages that are told of batches. */
  private readonly batchSteps: readonly number[]

  constructor(steps: readonly PlanStep[], host: ChainHost) {
    this.steps = steps
    this.host = host
    this.router = host.router
    this.watermarks = new Float64Array(steps.length + 1).fill(-Infinity)
    this.context = new ChainContext(this, host)
    this.calls = new CallSupervision(this, host)
    this.context.targets = host.router.targets
    this.operators = steps.map((step, index) => {
      this.context.step = index
      const operator = createdBy(step, this.context)
      if (host.suspects.isGuarded(step.id)) operator.guard?.()
      return operator
    })
    this.batchSteps = this.operators.flatMap((operator, step) => (operator.onBatch === undefined ? [] : [step]))
    this.compiled = host.chains !== 'generic' && mayCompile() ? compileChain(this, host.chains === 'far' ? 'far' : 'near') : null
    this.columnRuns = this.compiled !== null && host.chains !== 'far' && this.operators[0]?.readsColumns === true ? new ColumnRuns(this) : null
    const ahead = this.operators.find((operator) => operator.lookAhead !== undefined)
    this.lookAhead = this.compiled === null || this.compiled.blocks === null ? null : ahead!.lookAhead!
  }

  watermarkOf(step: number): number {
    return this.watermarks[step]!
  }

  /** The watermark of what leaves the chain. */
  get outWatermark(): number {
    return this.watermarks[this.steps.length]!
  }

  /** A frame waits: the chain has to be resumed before it takes anything else. */
  get isBusy(): boolean {
    return this.frames.length > 0
  }

  /**
   * Takes the rows `from` up to `to`, all of one split where its origin is known. Returns the row to go on with: less than `to` where the
   * chain has paused, or wants nothing more.
   */
  push(rows: Rows, from: number, to: number, origin: string): number {
    const { context } = this
    this.row = from
    this.isFromRow = true
    if (from === to) return to
    context.origin = origin
    for (const step of this.batchSteps) {
      context.step = step
      this.operators[step]!.onBatch!(origin, context)
    }
    const next = this.compiled === null || !this.host.suspects.isEmpty ? this.pushEach(rows, from, to, origin) : this.pushCompiled(rows, from, to)
    if (next < to || this.batchSteps.length === 0 || this.isBusy || this.isOver) return next
    for (const step of this.batchSteps) {
      context.step = step
      this.operators[step]!.onBatchEnd?.(context)
    }
    this.resume()
    return next
  }

  private pushCompiled(rows: Rows, from: number, to: number): number {
    const { choice, lookAhead, host } = this
    const isInBlocks = lookAhead !== null && (host.chains === 'blocks' || lookAhead.pays)
    const columns = isInBlocks || choice.form === 'far' || this.columnRuns === null ? null : (rows.columns ?? null)
    if (columns !== null) return this.columnRuns!.of(columns)(columns.space, columns.values.all, columns.keys.all, rows.times!, from, to)
    const { values, times, keys } = rows
    const compiled = choice.form === 'near' ? this.compiled! : (this.far ??= compileChain(this, 'far'))
    const run = isInBlocks ? compiled.blocks! : compiled.rows
    if (to - from < TIMED_ROWS_MIN) return run(values, times, keys, from, to)
    const began = host.monotonic()
    const next = run(values, times, keys, from, to)
    if (next === to) choice.timed(to - from, host.monotonic() - began)
    return next
  }

  private pushEach({ values, times, keys }: Rows, from: number, to: number, origin: string): number {
    const { context, frames, router } = this
    for (let row = from; row < to; row++) {
      context.time = times === null ? NaN : times[row]!
      context.key = keys === null ? undefined : keys[row]
      context.origin = origin
      this.row = row + 1
      this.pass(0, values[row])
      if ((frames.length > 0 || router.isBlocked || this.isOver) && !this.goOn(row)) return row + 1
    }
    return to
  }

  /** After a row: works off what it has led to. False: the next one has to wait. */
  goOn(row: number): boolean {
    this.row = row + 1
    const isFree = this.resume()
    this.isFromRow = true
    return isFree && !this.isOver
  }

  /** A call of a compiled loop has failed: goes on with its record stage by stage. */
  recover(step: number, record: unknown, time: number, key: unknown, error: unknown): void {
    if (step < 0) throw error
    const { context } = this
    context.step = step
    context.time = time
    context.key = key
    this.passOn(step, record, this.calls.retry(step, record, error))
  }

  /** Takes a watermark (NaN: idle). */
  watermark(at: number): boolean {
    this.follow(0, at)
    return this.resume()
  }

  clock(now: number): boolean {
    for (let step = this.steps.length - 1; step >= 0; step--) if (this.operators[step]!.onClock !== undefined) this.frames.push({ type: 'clock', step, at: now })
    return this.resume()
  }

  /** Queues a watermark for `step`, behind what is now going through. */
  follow(step: number, at: number): void {
    this.frames.push({ type: 'watermark', step, at })
  }

  followSplitEnd(step: number, origin: string): void {
    this.frames.push({ type: 'split-end', step, origin })
  }

  /** Ahead of a barrier: puts out what stages do not keep in their snapshots. False: the outbox is full, or a stage waits; to be called again. */
  letGo(): boolean {
    this.forEachUntimed((operator, context) => this.open(this.context.step, operator.onBarrier?.(context) ?? null, undefined))
    return this.resume()
  }

  splits(origins: readonly string[]): boolean {
    this.forEachUntimed((operator, context) => operator.onSplits?.(origins, context))
    this.router.splits(origins)
    return this.resume()
  }

  splitEnd(origin: string): boolean {
    this.passSplitEnd(0, origin)
    return this.resume()
  }

  private passSplitEnd(from: number, origin: string): void {
    for (let step = from; step < this.operators.length; step++) {
      const operator = this.operators[step]!
      this.context.step = step
      operator.onSplitEnd?.(origin, this.context)
      if (operator.keepsSplitEnd?.(origin) === true) return
    }
    this.router.splitEnd(origin)
  }

  private forEachUntimed(visit: (operator: Operator, context: OperatorContext) => void): void {
    this.operators.forEach((operator, step) => {
      this.context.step = step
      visit(operator, this.context)
    })
  }

  /** Works off the frames; false: the outbox is full, or a stage waits. */
  resume(): boolean {
    const { frames, router } = this
    this.isWaiting = false
    while (frames.length > 0) {
      if (router.isBlocked || this.isWaiting) return false
      const frame = frames[frames.length - 1]!
      if (frame.type === 'cursor') this.advanceCursor(frame)
      else {
        frames.pop()
        if (frame.type === 'watermark') this.passWatermark(frame.step, frame.at)
        else if (frame.type === 'split-end') this.passSplitEnd(frame.step, frame.origin)
        else {
          this.context.step = frame.step
          this.open(frame.step, this.operators[frame.step]!.onClock!(frame.at, this.context), undefined)
        }
      }
    }
    return !router.isBlocked
  }

  open(step: number, cursor: Cursor | null, record: unknown): void {
    if (cursor === null) return
    const { time, key, origin } = this.context
    this.frames.push({ type: 'cursor', step, cursor, record, time, key, origin })
  }

  private passWatermark(from: number, at: number): void {
    this.isFromRow = false
    let step = from
    for (; step < this.operators.length; step++) {
      const operator = this.operators[step]!
      if (at !== Infinity && (operator.makesWatermarks === true || operator.keepsWatermark?.(at) === true)) return
      if (Number.isNaN(at)) continue
      if (at < this.watermarks[step]!) return
      this.watermarks[step] = at
      if (operator.onWatermark === undefined) continue
      this.context.step = step
      const cursor = operator.onWatermark(at, this.context)
      if (cursor === null) continue
      this.frames.push({ type: 'watermark', step: step + 1, at })
      this.open(step, cursor, undefined)
      return
    }
    if (!Number.isNaN(at)) {
      if (at < this.watermarks[step]!) return
      this.watermarks[step] = at
    }
    this.router.mark(at)
  }

  /** Takes outputs until the cursor has no more, the outbox is full, or something has to go before the next one. */
  private advanceCursor(frame: CursorFrame): void {
    const { context, frames, router } = this
    const drain = this.compiled === null || !this.host.suspects.isEmpty ? null : this.compiled.drains[frame.step]!
    const depth = frames.length
    do {
      let value: unknown
      try {
        if (drain !== null) {
          if (drain(frame, depth)) frames.pop()
          return
        }
        context.step = frame.step
        context.time = frame.time
        context.key = frame.key
        context.origin = frame.origin
        value = frame.cursor.next(context)
      } catch (error) {
        if (error instanceof RegionFailed || error instanceof ActorStopped) throw error
        value = this.calls.retryCursor(frame, error)
      }
      if (value === WAITING) {
        this.isWaiting = true
        return
      }
      if (value === DONE) {
        frames.pop()
        return
      }
      if (value !== NONE) this.pass(frame.step + 1, value)
    } while (frames.length === depth && !router.isBlocked)
  }

  private pass(from: number, record: unknown): void {
    const { context, operators } = this
    let value = record
    for (let step = from; step < operators.length; step++) {
      const operator = operators[step]!
      context.step = step
      let out: unknown
      try {
        if (!this.host.suspects.isEmpty && this.calls.isCondemned(step, value)) return
        out = operator.apply(value, context)
      } catch (error) {
        out = this.calls.retry(step, value, error)
      }
      if (operator.shape === 'many') {
        if (out !== NONE) this.open(step, out as Cursor | null, value)
        return
      }
      if (out === NONE) return
      value = out
    }
    this.router.emit(value, context)
  }

  /** Goes on with what a stage has answered for a record. */
  private passOn(step: number, record: unknown, out: unknown): void {
    if (out === NONE) return
    if (this.operators[step]!.shape === 'many') this.open(step, out as Cursor | null, record)
    else this.pass(step + 1, out)
  }

  /** Where the record in hand stands in its split, if it came straight from one. */
  get recordNumber(): number | null {
    return this.isFromRow ? this.host.recordNumber(this.row) : null
  }

  snapshot(step: number, writer: ByteWriter): Unwritten | null {
    this.context.step = step
    return this.operators[step]!.snapshot?.(writer) ?? null
  }

  restore(step: number, scope: RestoreScope): void {
    this.context.step = step
    this.operators[step]!.restore?.(scope)
  }

  /** Drops what waits, when the actor has been stopped; what stages hold still goes out. */
  abandon(): void {
    this.frames.length = 0
    this.isWaiting = false
    this.forEachUntimed((operator, context) => {
      for (const record of operator.unanswered?.() ?? []) this.calls.buryUnheard(this.context.step, record)
      this.open(this.context.step, operator.onStop?.(context) ?? null, undefined)
    })
  }

  async dispose(): Promise<void> {
    await Promise.all(this.operators.flatMap((operator) => (operator.dispose === undefined ? [] : [operator.dispose()])))
  }
}
