/** What holds the accumulators of one aggregate: one slot a key, or a key in a window. Its callers number the slots. */
import type { ByteReader } from '../state/byte-reader.ts'
import type { ByteWriter } from '../state/byte-writer.ts'

/** Slots are 0 … size − 1. A record is added in two steps, so that a function that throws has changed nothing. */
export interface AggregateTable {
  readonly size: number
  /** Calls the value functions for a record; throws what they throw, before anything is written. */
  prepare(record: unknown): void
  /**
   * Adds the prepared record. slot === size opens a new one. `time` is epoch ms; `seq` grows with arrival.
   * Throws only what a user's own `init` or `add` throws.
   */
  add(slot: number, record: unknown, time: number, seq: number): void
  /**
   * After an `add` that threw: the slot is as it was before that call (and gone, if that call was to open it).
   * False: so is all of it but for an accumulator object, which a custom aggregator may have changed in place.
   */
  undo(slot: number): boolean
  /** From now on keep what `undo` needs for every slot. */
  guard(): void
  /** Value of the slot, a copy where the accumulator itself is the result. Throws what a user's `result` throws. */
  result(slot: number): unknown
  /** Joins slot `from` of `other` (same node; the later window) into `slot`; slot === size: a copy of it. */
  merge(slot: number, other: AggregateTable, from: number): void
  /** Drops all slots. */
  clear(): void
  /** Writes all slots as columns; tables that hold something else than numbers do not have it. `more`: about as many bytes will follow. */
  writeAll?(writer: ByteWriter, more: number): void
  /** Reads them into an empty table. */
  readAll?(reader: ByteReader): void
  write(writer: ByteWriter, slot: number): void
  /** Appends one slot and gives its number. */
  read(reader: ByteReader): number
}
