/**
 * How a batch lies in a frame: a head of eight int32 (bytes, flags, rows, marks, form of the times, three unused), the origin if it is
 * another than before, times, places of marks, marks, hashes of keys, the table of keys, the table of values. Every part begins at a multiple of 8.
 */

/** Rows of one channel, with what the receiver needs to know of them. Those of one batch are sent together. */
export interface Rows {
  readonly values: readonly unknown[]
  /** Of each row, or empty. */
  readonly times: readonly number[]
  /** Of each row, or empty. */
  readonly keys: readonly unknown[]
  /** `keyHash` of each key, or null where the receiver does not ask. */
  readonly hashes: ArrayLike<number> | null
  /** Before which row each of `marks` holds. */
  readonly markAt: readonly number[]
  readonly marks: readonly number[]
  readonly origin: string
}

export const BATCH_HEAD_BYTES = 32

export const batchFlag = {
  /** The origin follows; otherwise it is that of the batch before. */
  hasOrigin: 1,
  hasHashes: 2,
  hasKeys: 4,
  hasValues: 8,
} as const

export const timesForm = {
  none: 0,
  /** All NaN. */
  absent: 1,
  /** The first as a double, then the distance of each from it as int32. */
  distances: 2,
  doubles: 3,
} as const

/** What a batch costs of the credit in rows. */
export const creditOf = (rows: number, marks: number): number => rows + marks
