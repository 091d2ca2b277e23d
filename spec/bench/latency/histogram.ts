/** How often each latency came, in a memory that does not grow: 1,024 steps for each power of two, so that none is off by more than 0.1 %. */

const STEP_BITS = 10
const STEPS = 2 ** STEP_BITS
/** Up to 2^42 microseconds, 50 days; what is longer counts there. */
const POWERS = 32

export class Histogram {
  readonly #counts = new Float64Array(POWERS * STEPS)
  #count = 0
  #max = 0

  get count(): number {
    return this.#count
  }

  /** Milliseconds; below 0 counts as 0. */
  add(ms: number): void {
    const micros = Math.max(0, Math.round(ms * 1_000))
    this.#counts[cellOf(micros)]!++
    this.#count++
    if (micros > this.#max) this.#max = micros
  }

  /** Milliseconds that a share of all, 0 … 1, do not exceed; NaN of none. */
  atMost(share: number): number {
    if (this.#count === 0) return NaN
    let left = Math.max(1, Math.ceil(share * this.#count))
    for (let cell = 0; cell < this.#counts.length; cell++) {
      left -= this.#counts[cell]!
      if (left <= 0) return Math.min(this.#max, lastOf(cell)) / 1_000
    }
    return this.#max / 1_000
  }

  get max(): number {
    return this.#count === 0 ? NaN : this.#max / 1_000
  }

  addAll(other: HistogramData): void {
    for (const [cell, count] of other.counts) this.#counts[cell]! += count
    this.#count += other.counts.reduce((sum, [, count]) => sum + count, 0)
    this.#max = Math.max(this.#max, other.max)
  }

  /** Plain data: the cells that are not empty. */
  get data(): HistogramData {
    const counts: [number, number][] = []
    for (const [cell, count] of this.#counts.entries()) if (count > 0) counts.push([cell, count])
    return { counts, max: this.#max }
  }
}

export interface HistogramData {
  readonly counts: readonly (readonly [cell: number, count: number])[]
  /** Microseconds. */
  readonly max: number
}

/** Below 2^11 each microsecond has its own. */
const cellOf = (micros: number): number => {
  if (micros < STEPS * 2) return micros
  const power = Math.floor(Math.log2(micros)) - STEP_BITS
  return Math.min(POWERS * STEPS - 1, power * STEPS + Math.floor(micros / 2 ** power))
}

/** The largest value of a cell. */
const lastOf = (cell: number): number => {
  if (cell < STEPS * 2) return cell
  const power = Math.floor(cell / STEPS) - 1
  return (cell - power * STEPS + 1) * 2 ** power - 1
}
