/**
 * Exactly rounded sums and averages. A sum is two doubles whose exact sum it is, the high one being it rounded; each value is added
 * by Knuth's TwoSum, which loses nothing. A slot whose lost part does not fit into the low double goes on as an `ExactSum`.
 */
import type { ByteReader } from '../../state/byte-reader.ts'
import type { ByteWriter } from '../../state/byte-writer.ts'
import { ExactSum } from '../exact-sum.ts'
import { firstCapacity, grown, type Column } from './column.ts'
import { CountColumn } from './count-column.ts'
import type { NumberMeasure } from './measure.ts'

const stored = { pair: 0, exact: 1 } as const

export class SumColumn implements Column {
  readonly #measure: NumberMeasure
  /** Present for averages. */
  readonly #counts: CountColumn | null
  /** NaN: the slot is in `#exact`. −0 is the sum of nothing. */
  #high = new Float64Array(firstCapacity)
  #low = new Float64Array(firstCapacity)
  #exact = new Map<number, ExactSum>()
  #size = 0

  constructor(kind: 'sum' | 'average', measure: NumberMeasure) {
    this.#measure = measure
    this.#counts = kind === 'average' ? new CountColumn() : null
  }

  open(): void {
    this.#counts?.open()
    this.#high = grown(this.#high, this.#size)
    this.#low = grown(this.#low, this.#size)
    this.#high[this.#size] = -0
    this.#low[this.#size++] = 0
  }

  add(slot: number): void {
    this.#addValue(slot, this.#measure.value)
    this.#counts?.add(slot)
  }

  result(slot: number): number {
    const sum = this.#sum(slot)
    return this.#counts === null ? sum : sum / this.#counts.result(slot)
  }

  merge(slot: number, other: Column, from: number): void {
    const theirs = other as SumColumn
    const exact = theirs.#exact.get(from)
    if (exact !== undefined) this.#spill(slot).merge(exact)
    else {
      this.#addValue(slot, theirs.#high[from]!)
      if (theirs.#low[from] !== 0) this.#addValue(slot, theirs.#low[from]!)
    }
    this.#counts?.merge(slot, theirs.#counts!, from)
  }

  drop(slot: number): void {
    this.#exact.delete(slot)
  }

  clear(): void {
    this.#counts?.clear()
    this.#high = new Float64Array(firstCapacity)
    this.#low = new Float64Array(firstCapacity)
    this.#exact.clear()
    this.#size = 0
  }

  write(writer: ByteWriter, slot: number): void {
    this.#counts?.write(writer, slot)
    const exact = this.#exact.get(slot)
    if (exact === undefined) {
      writer.u8(stored.pair)
      writer.f64(this.#high[slot]!)
      writer.f64(this.#low[slot]!)
    } else {
      writer.u8(stored.exact)
      writer.f64s(exact.toParts())
    }
  }

  read(reader: ByteReader, slot: number): void {
    this.#counts?.read(reader, slot)
    if (reader.u8() === stored.pair) {
      this.#high[slot] = reader.f64()
      this.#low[slot] = reader.f64()
    } else {
      this.#high[slot] = NaN
      this.#exact.set(slot, ExactSum.fromParts(reader.f64s()))
    }
  }

  #addValue(slot: number, value: number): void {
    const high = this.#high[slot]!
    const sum = high + value
    const rounded = sum - high
    const lost = high - (sum - rounded) + (value - rounded)
    if (lost === 0 && this.#low[slot] === 0) this.#high[slot] = sum
    else this.#addPair(slot, value, sum, lost)
  }

  #addPair(slot: number, value: number, sum: number, lost: number): void {
    const before = this.#low[slot]!
    const low = before + lost
    const rounded = low - before
    const high = sum + low
    // The first is NaN after an overflow or a spill, which is not 0 either.
    if (before - (low - rounded) + (lost - rounded) !== 0 || !Number.isFinite(high)) return this.#spill(slot).add(value)
    this.#high[slot] = high
    this.#low[slot] = low - (high - sum)
  }

  #spill(slot: number): ExactSum {
    const known = this.#exact.get(slot)
    if (known !== undefined) return known
    const exact = new ExactSum()
    exact.add(this.#high[slot]!)
    exact.add(this.#low[slot]!)
    this.#high[slot] = NaN
    this.#exact.set(slot, exact)
    return exact
  }

  #sum(slot: number): number {
    const high = this.#high[slot]!
    return Number.isNaN(high) ? this.#exact.get(slot)!.value() : high
  }
}
