/** The same work with no engine: what one thread of JavaScript can do at most, and what the totals are. */
import { change, heavyChange, heavyRecordAt, isKept, recordAt } from '../generator.ts'
import type { Totals } from '../golden.ts'
import type { Windowing, Workload } from '../workload.ts'

export const plainLoop = (workload: Workload): Totals => {
  const { window, before } = workload
  if (window === null) return running(workload)
  return window.slide < window.size ? sliding(workload, window) : before === 'heavy' ? heavyTumbling(workload, window.size) : tumbling(workload, window.size)
}

/** Of one window or pane, by key. */
class Columns {
  readonly counts: Float64Array
  readonly sums: Float64Array

  constructor(keys: number) {
    this.counts = new Float64Array(keys)
    this.sums = new Float64Array(keys)
  }
}

/** Windows fire when the watermark reaches their end. */
class TumblingWindows {
  outputs = 0
  sumCount = 0
  sumValue = 0
  readonly #size: number
  readonly #keys: number
  readonly #disorder: number
  readonly #windows = new Map<number, Columns>()
  #watermark = -Infinity
  /** The least watermark that ends one. */
  #due = Infinity
  /** The window of the record before: the remainder of two doubles costs as much as all the rest. */
  #start = NaN
  #columns: Columns

  constructor(size: number, keys: number, disorder: number) {
    this.#size = size
    this.#keys = keys
    this.#disorder = disorder
    this.#columns = new Columns(0)
  }

  add(key: number, value: number, time: number): void {
    if (!(time >= this.#start && time < this.#start + this.#size)) this.#enter(time - (time % this.#size))
    this.#columns.counts[key]!++
    this.#columns.sums[key]! += value
  }

  advance(time: number): void {
    const watermark = time - this.#disorder
    if (watermark <= this.#watermark) return
    this.#watermark = watermark
    if (watermark >= this.#due) this.#fire(watermark)
  }

  end(): Totals {
    this.#fire(Infinity)
    return { outputs: this.outputs, sumCount: this.sumCount, sumValue: this.sumValue }
  }

  #enter(start: number): void {
    this.#start = start
    const known = this.#windows.get(start)
    this.#columns = known ?? new Columns(this.#keys)
    if (known !== undefined) return
    this.#windows.set(start, this.#columns)
    this.#due = Math.min(this.#due, start + this.#size - 1)
  }

  #fire(watermark: number): void {
    this.#due = Infinity
    this.#start = NaN
    for (const [start, { counts, sums }] of [...this.#windows].toSorted(([a], [b]) => a - b)) {
      const end = start + this.#size - 1
      if (end > watermark) {
        this.#due = Math.min(this.#due, end)
        continue
      }
      this.#windows.delete(start)
      for (let key = 0; key < this.#keys; key++) {
        if (counts[key] === 0) continue
        this.outputs++
        this.sumCount += counts[key]!
        this.sumValue += sums[key]!
      }
    }
  }
}

const tumbling = ({ records, keys, disorder }: Workload, size: number): Totals => {
  const windows = new TumblingWindows(size, keys, disorder)
  for (let index = 0; index < records; index++) {
    const record = change(recordAt(index, keys, disorder))
    if (isKept(record)) windows.add(record.key, record.value, record.time)
    windows.advance(record.time)
  }
  return windows.end()
}

const heavyTumbling = ({ records, keys, disorder }: Workload, size: number): Totals => {
  const windows = new TumblingWindows(size, keys, disorder)
  for (let index = 0; index < records; index++) {
    const record = heavyChange(heavyRecordAt(index, keys, disorder))
    if (isKept(record)) windows.add(record.key, record.value, record.time)
    windows.advance(record.time)
  }
  return windows.end()
}

const running = ({ records, keys, disorder }: Workload): Totals => {
  let [outputs, sumCount, sumValue] = [0, 0, 0]
  const { counts, sums } = new Columns(keys)
  for (let index = 0; index < records; index++) {
    const { key, value } = recordAt(index, keys, disorder)
    outputs++
    sumCount += ++counts[key]!
    sumValue += sums[key]! += value
  }
  return { outputs, sumCount, sumValue }
}

/** A pane for each slide, a window of size ÷ slide panes. */
const sliding = ({ records, keys, disorder }: Workload, { size, slide }: Windowing): Totals => {
  const panes = new Map<number, Columns>()
  let start = NaN
  let pane = new Columns(0)
  for (let index = 0; index < records; index++) {
    const { key, value, time } = recordAt(index, keys, disorder)
    if (!(time >= start && time < start + slide)) {
      start = time - (time % slide)
      pane = panes.get(start) ?? new Columns(keys)
      panes.set(start, pane)
    }
    pane.counts[key]!++
    pane.sums[key]! += value
  }
  let [outputs, sumCount, sumValue] = [0, 0, 0]
  const starts = [...panes.keys()]
  const last = Math.max(...starts)
  for (let from = Math.min(...starts) - size + slide; from <= last; from += slide) {
    const inWindow = Array.from({ length: size / slide }, (_, place) => panes.get(from + place * slide)).filter((found) => found !== undefined)
    for (let key = 0; key < keys; key++) {
      let [n, total] = [0, 0]
      for (const { counts, sums } of inWindow) {
        n += counts[key]!
        total += sums[key]!
      }
      if (n === 0) continue
      outputs++
      sumCount += n
      sumValue += total
    }
  }
  return { outputs, sumCount, sumValue }
}
