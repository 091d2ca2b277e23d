/** A pane: the stretch of time between two neighbouring edges of sliding windows. Every window is a row of them. */
import type { Window } from '../api/stream.ts'
import type { FiringWindow } from './firing.ts'
import type { FoldLayout, FoldTable } from './fold-layout.ts'
import { WindowKeys } from './window-keys.ts'

/** Keys with their accumulators: a pane, or several merged. */
export interface PanePart {
  readonly keys: WindowKeys
  readonly table: FoldTable
}

export class Pane implements PanePart {
  readonly start: number
  /** Ends of the first and the last window that the pane is in. */
  readonly firstEnd: number
  readonly lastEnd: number
  readonly keys: WindowKeys = new WindowKeys()
  readonly table: FoldTable

  constructor(start: number, firstEnd: number, lastEnd: number, table: FoldTable) {
    this.start = start
    this.firstEnd = firstEnd
    this.lastEnd = lastEnd
    this.table = table
  }
}

/** The place of the first pane that begins at `start` or later. */
export const firstFrom = (panes: readonly Pane[], start: number): number => {
  let low = 0
  let high = panes.length
  if (high > 0 && panes[high - 1]!.start < start) return high
  while (low < high) {
    const middle = (low + high) >> 1
    if (panes[middle]!.start < start) low = middle + 1
    else high = middle
  }
  return low
}

/** What one key has in a row of panes. Throws what a user's `merge` or `result` throws. */
export const resultOver = (panes: readonly Pane[], key: unknown, layout: FoldLayout): unknown => {
  const merged = layout.createTable()
  for (const { keys, table } of panes) {
    const slot = keys.find(key)
    if (slot >= 0) merged.merge(0, table, slot)
  }
  return merged.result(0, true)
}

/** A window whose panes have been merged. */
export class MergedWindow implements FiringWindow {
  readonly window: Window
  readonly #merged: PanePart

  constructor(window: Window, merged: PanePart) {
    this.window = window
    this.#merged = merged
  }

  get size(): number {
    return this.#merged.keys.size
  }

  keyAt(slot: number): unknown {
    return this.#merged.keys.keyAt(slot)
  }

  resultAt(slot: number): unknown {
    return this.#merged.table.result(slot)
  }

  /** The watermark reaches a window's end once, and late firings are counted elsewhere. */
  firingsAt(): number {
    return 0
  }

  countFiring(): void {}
}

/** A window whose panes are merged for each key when it is its turn: merging calls functions that may throw. */
export class GatheredWindow implements FiringWindow {
  readonly window: Window
  readonly #panes: readonly Pane[]
  readonly #layout: FoldLayout
  readonly #keys = new WindowKeys()

  constructor(window: Window, panes: readonly Pane[], layout: FoldLayout) {
    this.window = window
    this.#panes = panes
    this.#layout = layout
    for (const { keys } of panes) for (let slot = 0; slot < keys.size; slot++) this.#keys.add(keys.keyAt(slot))
  }

  get size(): number {
    return this.#keys.size
  }

  keyAt(slot: number): unknown {
    return this.#keys.keyAt(slot)
  }

  resultAt(slot: number): unknown {
    return resultOver(this.#panes, this.#keys.keyAt(slot), this.#layout)
  }

  firingsAt(): number {
    return 0
  }

  countFiring(): void {}
}
