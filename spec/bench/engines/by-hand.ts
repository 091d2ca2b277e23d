/** What users of a library without event time and state write themselves: objects in Maps. The same for every such library. */
import type { BenchRecord } from '../generator.ts'

export interface Result {
  readonly n: number
  readonly total: number
}

interface Accumulator {
  n: number
  total: number
}

export class WindowsByHand {
  readonly #size: number
  readonly #slide: number
  readonly #outOfOrderness: number
  readonly #emit: (result: Result) => void
  /** By start, then by key. */
  readonly #windows = new Map<number, Map<number, Accumulator>>()
  #watermark = -Infinity
  /** The least watermark that ends one. */
  #due = Infinity

  constructor(size: number, slide: number, outOfOrderness: number, emit: (result: Result) => void) {
    this.#size = size
    this.#slide = slide
    this.#outOfOrderness = outOfOrderness
    this.#emit = emit
  }

  add({ key, value, time }: BenchRecord): void {
    for (let start = time - (time % this.#slide); start > time - this.#size; start -= this.#slide) {
      let window = this.#windows.get(start)
      if (window === undefined) {
        window = new Map()
        this.#windows.set(start, window)
        this.#due = Math.min(this.#due, start + this.#size - 1)
      }
      const known = window.get(key)
      if (known === undefined) window.set(key, { n: 1, total: value })
      else {
        known.n++
        known.total += value
      }
    }
    const watermark = time - this.#outOfOrderness - 1
    if (watermark <= this.#watermark) return
    this.#watermark = watermark
    if (watermark >= this.#due) this.#fire()
  }

  end(): void {
    this.#watermark = Infinity
    this.#fire()
  }

  #fire(): void {
    this.#due = Infinity
    for (const [start, window] of [...this.#windows].toSorted(([a], [b]) => a - b)) {
      const end = start + this.#size - 1
      if (end > this.#watermark) {
        this.#due = Math.min(this.#due, end)
        continue
      }
      this.#windows.delete(start)
      for (const { n, total } of window.values()) this.#emit({ n, total })
    }
  }
}

export class RunningByHand {
  readonly #keys = new Map<number, Accumulator>()

  add({ key, value }: BenchRecord): Result {
    const known = this.#keys.get(key)
    if (known === undefined) {
      this.#keys.set(key, { n: 1, total: value })
      return { n: 1, total: value }
    }
    known.n++
    known.total += value
    return { n: known.n, total: known.total }
  }
}

/** The folding sink of a library that calls a function with each result. */
export class Fold {
  outputs = 0
  sumCount = 0
  sumValue = 0

  add(result: Result): void {
    this.outputs++
    this.sumCount += result.n
    this.sumValue += result.total
  }
}
