/** Smallest or largest values, as Math.min and Math.max have them (−0 is below 0). */
import type { ByteReader } from '../../state/byte-reader.ts'
import type { ByteWriter } from '../../state/byte-writer.ts'
import { firstCapacity, grown, type Column } from './column.ts'
import type { NumberMeasure } from './measure.ts'

export class ExtremeColumn implements Column {
  readonly #isMin: boolean
  readonly #measure: NumberMeasure
  #values = new Float64Array(firstCapacity)
  #size = 0

  constructor(kind: 'min' | 'max', measure: NumberMeasure) {
    this.#isMin = kind === 'min'
    this.#measure = measure
  }

  open(): void {
    this.#values = grown(this.#values, this.#size)
    this.#values[this.#size++] = this.#isMin ? Infinity : -Infinity
  }

  add(slot: number): void {
    this.#put(slot, this.#measure.value)
  }

  result(slot: number): number {
    return this.#values[slot]!
  }

  merge(slot: number, other: Column, from: number): void {
    this.#put(slot, (other as ExtremeColumn).#values[from]!)
  }

  drop(): void {}

  clear(): void {
    this.#values = new Float64Array(firstCapacity)
    this.#size = 0
  }

  write(writer: ByteWriter, slot: number): void {
    writer.f64(this.#values[slot]!)
  }

  read(reader: ByteReader, slot: number): void {
    this.#values[slot] = reader.f64()
  }

  #put(slot: number, value: number): void {
    const before = this.#values[slot]!
    this.#values[slot] = this.#isMin ? Math.min(before, value) : Math.max(before, value)
  }
}
