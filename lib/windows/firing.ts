/** Firings: one output for each key of each window that is due, taken one by one. */
import type { Pane, Window, Windowed } from '../api/stream.ts'
import { DONE, type Cursor, type OperatorContext } from '../operators/operator.ts'

/** A window while it fires. */
export interface FiringWindow {
  readonly window: Window
  /** Keys in it. */
  readonly size: number
  keyAt(slot: number): unknown
  /** Throws what a function of the user throws; then it has changed nothing. `isLast`: the state is dropped after it. */
  resultAt(slot: number, isLast: boolean): unknown
  /** Firings of this key and window so far. */
  firingsAt(slot: number): number
  /** One more, also if it was left out. */
  countFiring(slot: number): void
}

/** Gives the windows that a watermark fires, in order. */
export interface FiringSource {
  /** The next window whose end the watermark has reached, or null. */
  begin(at: number): FiringWindow | null
  /** All of that window has fired. */
  end(window: FiringWindow, isLast: boolean): void
  /** All due windows have fired. */
  finish(at: number): void
}

/** What the watermark fires. */
export class FiringCursor implements Cursor {
  readonly #source: FiringSource
  readonly #at: number
  readonly #allowedLateness: number
  #window: FiringWindow | null = null
  #slot = 0
  #isLast = false
  /** Shared by all results of a window that fire for the first time. */
  #firstPane: Pane = { index: 0, timing: 'on-time', isLast: false }

  constructor(source: FiringSource, at: number, allowedLateness: number) {
    this.#source = source
    this.#at = at
    this.#allowedLateness = allowedLateness
  }

  next(context: OperatorContext): unknown {
    for (;;) {
      const current = this.#window ?? this.#begin()
      if (current === null) return DONE
      const slot = this.#slot
      if (slot < current.size) {
        const value = current.resultAt(slot, this.#isLast)
        const index = current.firingsAt(slot)
        const pane: Pane = index === 0 ? this.#firstPane : { index, timing: 'on-time', isLast: this.#isLast }
        this.skip()
        return windowed(current, slot, value, pane, context)
      }
      this.#source.end(current, this.#isLast)
      this.#window = null
    }
  }

  input(): unknown {
    return this.#window === null ? undefined : firingInput(this.#window, this.#slot)
  }

  skip(): void {
    // What fires for the last time is dropped, and its count with it.
    if (!this.#isLast) this.#window?.countFiring(this.#slot)
    this.#slot++
  }

  undoable(): boolean {
    return true
  }

  #begin(): FiringWindow | null {
    const window = this.#source.begin(this.#at)
    if (window === null) {
      this.#source.finish(this.#at)
      return null
    }
    this.#window = window
    this.#slot = 0
    const isLast = window.window.end - 1 + this.#allowedLateness <= this.#at
    if (isLast !== this.#isLast) this.#firstPane = { index: 0, timing: 'on-time', isLast }
    this.#isLast = isLast
    return window
  }
}

/** One key of one window, to be fired by a late record. */
export interface LateFiring {
  readonly window: FiringWindow
  readonly slot: number
}

/** What a late record fires: its windows in order, each still open. */
export class LateCursor implements Cursor {
  readonly #firings: readonly LateFiring[]
  #place = 0

  constructor(firings: readonly LateFiring[]) {
    this.#firings = firings
  }

  next(context: OperatorContext): unknown {
    const firing = this.#firings[this.#place]
    if (firing === undefined) return DONE
    const { window, slot } = firing
    const value = window.resultAt(slot, false)
    const pane: Pane = { index: window.firingsAt(slot), timing: 'late', isLast: false }
    this.skip()
    return windowed(window, slot, value, pane, context)
  }

  input(): unknown {
    const firing = this.#firings[this.#place]
    return firing === undefined ? undefined : firingInput(firing.window, firing.slot)
  }

  skip(): void {
    const firing = this.#firings[this.#place++]
    firing?.window.countFiring(firing.slot)
  }

  undoable(): boolean {
    return true
  }
}

const windowed = (from: FiringWindow, slot: number, value: unknown, pane: Pane, context: OperatorContext): Windowed<unknown, unknown> => {
  const key = from.keyAt(slot)
  const { window } = from
  context.time = window.end - 1
  context.key = key
  return { key, window, value, pane }
}

const firingInput = (from: FiringWindow, slot: number): { key: unknown; window: Window } => ({ key: from.keyAt(slot), window: from.window })
