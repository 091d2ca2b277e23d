/** Firings of each key of one window since a late record first fired it: what sliced windows know beside their panes. */
import type { Window } from '../api/stream.ts'
import type { FiringWindow } from './firing.ts'
import type { FoldLayout } from './fold-layout.ts'
import { resultOver, type Pane } from './pane.ts'
import { WindowKeys } from './window-keys.ts'

export class LateCounts {
  readonly keys: WindowKeys = new WindowKeys()
  readonly firings: number[] = []

  /** Slot of the key; `before`: how often it had fired, if this is the first late record. */
  slotOf(key: unknown, before: () => number): number {
    const known = this.keys.find(key)
    if (known >= 0) return known
    this.firings.push(before())
    return this.keys.add(key)
  }
}

/** One key of a window that a late record fires anew. */
export class LateWindow implements FiringWindow {
  readonly window: Window
  readonly size = 1
  readonly #counts: LateCounts
  readonly #slot: number
  readonly #panes: readonly Pane[]
  readonly #layout: FoldLayout

  constructor(window: Window, counts: LateCounts, slot: number, panes: readonly Pane[], layout: FoldLayout) {
    this.window = window
    this.#counts = counts
    this.#slot = slot
    this.#panes = panes
    this.#layout = layout
  }

  keyAt(): unknown {
    return this.#counts.keys.keyAt(this.#slot)
  }

  resultAt(): unknown {
    return resultOver(this.#panes, this.keyAt(), this.#layout)
  }

  firingsAt(): number {
    return this.#counts.firings[this.#slot]!
  }

  countFiring(): void {
    this.#counts.firings[this.#slot]! += 1
  }
}
