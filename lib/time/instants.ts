/**
 * The moments at which somebody downstream looks at the watermark. A watermark that passes none of them changes nothing, so it need
 * not be sent: of a stream in order each record would bring one. Whether a pane is its window's last one is judged at the very advance
 * that fires it, so the first watermark at or beyond a moment is always sent, with the value it has there.
 */
import { startAt } from './alignment.ts'

/** Moments one `period` apart, `phase` one of them. Milliseconds. */
export interface InstantGrid {
  readonly period: number
  readonly phase: number
}

/** With more grids than this, every advance counts. */
const gridsMax = 8

export class Instants {
  /** Null: every moment. */
  readonly #grids: readonly InstantGrid[] | null

  private constructor(grids: readonly InstantGrid[] | null) {
    this.#grids = grids
  }

  static readonly none: Instants = new Instants([])
  static readonly every: Instants = new Instants(null)

  static on(grids: readonly InstantGrid[]): Instants {
    return Instants.union([new Instants(grids)])
  }

  static union(all: readonly Instants[]): Instants {
    const grids: InstantGrid[] = []
    for (const one of all) {
      if (one.#grids === null) return Instants.every
      for (const grid of one.#grids) if (!grids.some((known) => covers(known, grid))) grids.push(grid)
    }
    return grids.length > gridsMax ? Instants.every : new Instants(grids)
  }

  get isEvery(): boolean {
    return this.#grids === null
  }

  /** The first moment after `time`; `time` itself where every moment counts, +∞ where none does. */
  after(time: number): number {
    if (this.#grids === null) return time
    let next = Infinity
    if (time === -Infinity && this.#grids.length > 0) return -Number.MAX_VALUE
    for (const { period, phase } of this.#grids) next = Math.min(next, startAt(time, period, phase) + period)
    return next
  }
}

const covers = (known: InstantGrid, grid: InstantGrid): boolean => grid.period % known.period === 0 && (grid.phase - known.phase) % known.period === 0
