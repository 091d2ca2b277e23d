/** The same work with no engine: what one thread of JavaScript can do at most. */
import { WINDOW_MS, change, isKept, recordAt } from './workload.ts'
import type { Totals, Workload } from './workload.ts'

export const plainLoop = ({ name, records, keys, disorder }: Workload): Totals =>
  name === 'W1' ? windowed(records, keys, disorder) : running(records, keys, disorder)

interface Columns {
  readonly counts: Float64Array
  readonly sums: Float64Array
}

const windowed = (records: number, keys: number, disorder: number): Totals => {
  let [outputs, sumCount, sumValue] = [0, 0, 0]
  const windows = new Map<number, Columns>()
  const fire = (start: number, { counts, sums }: Columns): void => {
    windows.delete(start)
    for (let key = 0; key < keys; key++) {
      if (counts[key] === 0) continue
      outputs++
      sumCount += counts[key]!
      sumValue += sums[key]!
    }
  }
  let watermark = -Infinity
  /** The earliest end − 1 of a window. */
  let due = Infinity
  /** The window of the record before: the remainder of two doubles costs as much as all the rest. */
  let last = NaN
  let columns: Columns | undefined
  for (let index = 0; index < records; index++) {
    const record = change(recordAt(index, keys, disorder))
    if (isKept(record)) {
      if (columns === undefined || !(record.time >= last && record.time < last + WINDOW_MS)) {
        last = record.time - (record.time % WINDOW_MS)
        columns = windows.get(last)
        if (columns === undefined) {
          windows.set(last, (columns = { counts: new Float64Array(keys), sums: new Float64Array(keys) }))
          due = Math.min(due, last + WINDOW_MS - 1)
        }
      }
      columns.counts[record.key]!++
      columns.sums[record.key]! += record.value
    }
    if (record.time - disorder <= watermark) continue
    watermark = record.time - disorder
    if (watermark < due) continue
    due = Infinity
    last = NaN
    for (const [start, ended] of [...windows].sort(([a], [b]) => a - b)) {
      if (start + WINDOW_MS - 1 <= watermark) fire(start, ended)
      else due = Math.min(due, start + WINDOW_MS - 1)
    }
  }
  for (const [start, ended] of [...windows]) fire(start, ended)
  return { outputs, sumCount, sumValue }
}

const running = (records: number, keys: number, disorder: number): Totals => {
  let [outputs, sumCount, sumValue] = [0, 0, 0]
  const counts = new Float64Array(keys)
  const sums = new Float64Array(keys)
  for (let index = 0; index < records; index++) {
    const { key, value } = recordAt(index, keys, disorder)
    outputs++
    sumCount += ++counts[key]!
    sumValue += sums[key]! += value
  }
  return { outputs, sumCount, sumValue }
}
