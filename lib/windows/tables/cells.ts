/** Accumulators that functions of the user make: one a slot. */
import type { ByteReader } from '../../state/byte-reader.ts'
import type { ByteWriter } from '../../state/byte-writer.ts'

export interface Cells {
  readonly size: number
  /** Adds a record; slot === size opens a new one. Throws what the user's function throws. */
  enter(slot: number, record: unknown): void
  /** Takes the last `enter` back. False: but for what it changed in place. */
  undo(slot: number): boolean
  /** The last `enter` stays. Called while guarded only. */
  keep(slot: number, record: unknown): void
  result(slot: number, isLast: boolean): unknown
  /** Joins slot `from` of `other` into `slot`; slot === size: a copy. Where it throws, `slot` is no longer good. */
  merge(slot: number, other: Cells, from: number): void
  drop(slot: number): void
  /** Drops the slots from `size` on. */
  cut(size: number): void
  write(writer: ByteWriter, slot: number): void
  /** Appends a slot. */
  read(reader: ByteReader): void
}

/** Shared by all cells of one stage. */
export interface CellRules {
  /** The user promises that no function changes its arguments. */
  readonly pure: boolean
  /** Keep what an undo needs. */
  guarded: boolean
}
