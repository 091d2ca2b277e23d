/** The record of smallest event time, of equals the first to arrive; or that of largest, of equals the last. */
import type { ByteReader } from '../../state/byte-reader.ts'
import type { ByteWriter } from '../../state/byte-writer.ts'
import { firstCapacity, grown, type Column } from './column.ts'

const empty = -1

export class EdgeColumn implements Column {
  readonly #isFirst: boolean
  readonly #records: unknown[] = []
  /** Epoch ms; NaN where records have no time: then arrival alone decides. */
  #times = new Float64Array(firstCapacity)
  /** Arrival of the record held, or `empty`. */
  #seqs = new Float64Array(firstCapacity)

  constructor(kind: 'first' | 'last') {
    this.#isFirst = kind === 'first'
  }

  open(): void {
    const slot = this.#records.length
    this.#times = grown(this.#times, slot)
    this.#seqs = grown(this.#seqs, slot)
    this.#seqs[slot] = empty
    this.#records.push(undefined)
  }

  add(slot: number, record: unknown, time: number, seq: number): void {
    const held = this.#seqs[slot]!
    if (held !== empty && !this.#goesFirst(time, seq, this.#times[slot]!, held)) return
    this.#times[slot] = time
    this.#seqs[slot] = seq
    this.#records[slot] = record
  }

  result(slot: number): unknown {
    return this.#records[slot]
  }

  merge(slot: number, other: Column, from: number): void {
    const theirs = other as EdgeColumn
    this.add(slot, theirs.#records[from], theirs.#times[from]!, theirs.#seqs[from]!)
  }

  drop(slot: number): void {
    this.#records[slot] = undefined
  }

  clear(): void {
    this.#records.length = 0
  }

  write(writer: ByteWriter, slot: number): void {
    writer.f64(this.#times[slot]!)
    writer.f64(this.#seqs[slot]!)
    writer.value(this.#records[slot])
  }

  read(reader: ByteReader, slot: number): void {
    this.#times[slot] = reader.f64()
    this.#seqs[slot] = reader.f64()
    this.#records[slot] = reader.value()
  }

  #goesFirst(time: number, seq: number, heldTime: number, heldSeq: number): boolean {
    if (time < heldTime) return this.#isFirst
    if (time > heldTime) return !this.#isFirst
    return this.#isFirst ? seq < heldSeq : seq > heldSeq
  }
}
