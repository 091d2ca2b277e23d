/** Windows of a stream without event time: a record's time is the wall clock at its arrival, and the clock is the watermark. */
import { DONE, type CodeScope, type Cursor, type ManyOperator, type OperatorContext, type RestoreScope, type Unwritten } from '../operators/operator.ts'
import type { ByteWriter } from '../state/byte-writer.ts'
import type { WindowedOperator } from './window-state.ts'

/** Asks for `onClock` at a wall-clock moment, epoch ms. */
export type WakeAt = (at: number) => void

const usesClock = 1

/** Runs `windows` on event time where the stream has it, else on the clock. */
export class ClockedWindows implements ManyOperator {
  readonly shape = 'many'
  readonly #windows: WindowedOperator
  readonly #wakeAt: WakeAt | undefined
  #isClocked = false
  /** What has been asked for. */
  #wake = Infinity

  /** `wakeAt` is needed where windows may be restored and no record comes after. */
  constructor(windows: WindowedOperator, wakeAt?: WakeAt) {
    this.#windows = windows
    this.#wakeAt = wakeAt
  }

  apply(record: unknown, context: OperatorContext): Cursor | null {
    if (context.eventTime) return this.#windows.apply(record, context)
    this.#isClocked = true
    // A clock that was set back does not make records late.
    context.time = Math.max(context.now(), this.#windows.watermark + 1)
    const cursor = this.#windows.apply(record, context)
    this.#ask(context)
    return cursor
  }

  get readsColumns(): boolean {
    return this.#windows.readsColumns === true
  }

  code(scope: CodeScope): string {
    return (scope.eventTime ? this.#windows.code?.(scope) : undefined) ?? scope.apply
  }

  /** A clock's windows hear of the end of input alone. */
  onWatermark(at: number, context: OperatorContext): Cursor | null {
    return context.eventTime || at === Infinity ? this.#windows.onWatermark(at, context) : null
  }

  onClock(now: number, context: OperatorContext): Cursor | null {
    if (context.eventTime) return null
    this.#wake = Infinity
    // A record may still come at `now`.
    const cursor = this.#windows.onWatermark(now - 1, context)
    if (cursor !== null) return new AskingCursor(cursor, () => this.#ask(context))
    this.#ask(context)
    return null
  }

  undo(record: unknown, context: OperatorContext): boolean {
    return this.#windows.undo(record, context)
  }

  guard(): void {
    this.#windows.guard()
  }

  snapshot(writer: ByteWriter): Unwritten | void {
    writer.u8(this.#isClocked ? usesClock : 0)
    return this.#windows.snapshot(writer)
  }

  restore(scope: RestoreScope): void {
    for (const { reader } of scope.parts) if (reader.u8() === usesClock) this.#isClocked = true
    this.#windows.restore(scope)
    const due = this.#windows.nextDue()
    if (this.#isClocked && due < Infinity) this.#wakeAt?.(due + 1)
  }

  size(): number {
    return this.#windows.size()
  }

  #ask(context: OperatorContext): void {
    const at = this.#windows.nextDue() + 1
    if (at >= this.#wake) return
    this.#wake = at
    context.wakeAt(at)
  }
}

/** Asks for the next wake-up once all is read. */
class AskingCursor implements Cursor {
  readonly #cursor: Cursor
  readonly #ask: () => void

  constructor(cursor: Cursor, ask: () => void) {
    this.#cursor = cursor
    this.#ask = ask
  }

  next(context: OperatorContext): unknown {
    const output = this.#cursor.next(context)
    if (output === DONE) this.#ask()
    return output
  }

  input(): unknown {
    return this.#cursor.input()
  }

  skip(): void {
    this.#cursor.skip()
  }

  undoable(): boolean {
    return this.#cursor.undoable()
  }
}
