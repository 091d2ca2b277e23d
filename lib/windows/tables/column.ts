/** One built-in aggregate over all slots. No method but `result` of large states costs more than a few nanoseconds, and none throws. */
import type { ByteReader } from '../../state/byte-reader.ts'
import type { ByteWriter } from '../../state/byte-writer.ts'

export interface Column {
  /** Appends an empty slot. */
  open(): void
  add(slot: number, record: unknown, time: number, seq: number): void
  result(slot: number): unknown
  /** Joins slot `from` of `other`, a column of the same kind, into `slot`, which may be empty. */
  merge(slot: number, other: Column, from: number): void
  drop(slot: number): void
  clear(): void
  write(writer: ByteWriter, slot: number): void
  /** Reads what `write` wrote into an empty slot. */
  read(reader: ByteReader, slot: number): void
}

export const firstCapacity = 8

/** The numbers, with room for one more at `size`. */
export const grown = (numbers: Float64Array<ArrayBuffer>, size: number): Float64Array<ArrayBuffer> => {
  if (size < numbers.length) return numbers
  const larger = new Float64Array(2 * numbers.length)
  larger.set(numbers)
  return larger
}
