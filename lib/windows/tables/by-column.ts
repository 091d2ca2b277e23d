/** The record of smallest or largest rank; of equals the first to arrive. */
import type { ByteReader } from '../../state/byte-reader.ts'
import type { ByteWriter } from '../../state/byte-writer.ts'
import { firstCapacity, grown, type Column } from './column.ts'
import type { Rank, RankMeasure } from './measure.ts'

const empty = -1

export class ByColumn implements Column {
  readonly #isMin: boolean
  readonly #measure: RankMeasure
  readonly #ranks: (Rank | undefined)[] = []
  readonly #records: unknown[] = []
  /** Arrival of the record held, or `empty`. */
  #seqs = new Float64Array(firstCapacity)

  constructor(kind: 'minBy' | 'maxBy', measure: RankMeasure) {
    this.#isMin = kind === 'minBy'
    this.#measure = measure
  }

  open(): void {
    const slot = this.#ranks.length
    this.#seqs = grown(this.#seqs, slot)
    this.#seqs[slot] = empty
    this.#ranks.push(undefined)
    this.#records.push(undefined)
  }

  add(slot: number, record: unknown, _time: number, seq: number): void {
    this.#offer(slot, this.#measure.value, record, seq)
  }

  result(slot: number): unknown {
    return this.#records[slot]
  }

  merge(slot: number, other: Column, from: number): void {
    const theirs = other as ByColumn
    this.#offer(slot, theirs.#ranks[from]!, theirs.#records[from], theirs.#seqs[from]!)
  }

  drop(slot: number): void {
    this.#ranks[slot] = undefined
    this.#records[slot] = undefined
  }

  clear(): void {
    this.#ranks.length = 0
    this.#records.length = 0
  }

  write(writer: ByteWriter, slot: number): void {
    writer.f64(this.#seqs[slot]!)
    writer.value(this.#ranks[slot])
    writer.value(this.#records[slot])
  }

  read(reader: ByteReader, slot: number): void {
    this.#seqs[slot] = reader.f64()
    this.#ranks[slot] = reader.value() as Rank
    this.#records[slot] = reader.value()
  }

  #offer(slot: number, rank: Rank, record: unknown, seq: number): void {
    const held = this.#seqs[slot]!
    if (held !== empty) {
      const best = this.#ranks[slot]!
      const isBetter = this.#isMin ? rank < best : rank > best
      const isWorse = this.#isMin ? rank > best : rank < best
      if (isWorse || (!isBetter && held < seq)) return
    }
    this.#seqs[slot] = seq
    this.#ranks[slot] = rank
    this.#records[slot] = record
  }
}
