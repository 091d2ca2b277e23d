/** Numbers of records. */
import type { ByteReader } from '../../state/byte-reader.ts'
import type { ByteWriter } from '../../state/byte-writer.ts'
import { firstCapacity, grown, type Column } from './column.ts'

export class CountColumn implements Column {
  #counts = new Float64Array(firstCapacity)
  #size = 0

  open(): void {
    this.#counts = grown(this.#counts, this.#size)
    this.#counts[this.#size++] = 0
  }

  add(slot: number): void {
    this.#counts[slot]! += 1
  }

  result(slot: number): number {
    return this.#counts[slot]!
  }

  merge(slot: number, other: Column, from: number): void {
    this.#counts[slot]! += (other as CountColumn).#counts[from]!
  }

  drop(): void {}

  clear(): void {
    this.#counts = new Float64Array(firstCapacity)
    this.#size = 0
  }

  write(writer: ByteWriter, slot: number): void {
    writer.varint(this.#counts[slot]!)
  }

  read(reader: ByteReader, slot: number): void {
    this.#counts[slot] = reader.varint()
  }
}
