/** What travels on a channel: batches of records with the watermarks between them, and control messages in their place among them. */
import type { Columns } from '../workers/codec/column.ts'
import type { Space } from '../workers/codec/space.ts'

/** Rows with the time and key of each; `times` and `keys` are null straight from a source. */
export interface Rows {
  readonly values: readonly unknown[]
  readonly times: readonly number[] | null
  readonly keys: readonly unknown[] | null
  /** The same as they came from another thread; null: in no columns. */
  readonly columns?: RowColumns | null
}

/** Where they lie until another batch is looked at. */
export interface RowColumns {
  readonly space: Space
  readonly values: Columns
  readonly keys: Columns
}

/** Rows of one channel. `marks` tell at which row a watermark advanced: it holds from before row `markAt[i]` on. */
export interface Batch extends Rows {
  readonly type: 'batch'
  /** Rows. */
  readonly length: number
  readonly values: unknown[]
  /** Empty, as the keys and marks are, where the receiver is a sink. */
  readonly times: number[]
  readonly keys: unknown[]
  readonly markAt: number[]
  /** NaN: idle until the next row or mark. */
  readonly marks: number[]
  /** `source/split` of all its rows, or '' where nobody downstream asks. */
  readonly origin: string
}

export type Message =
  | Batch
  /** The splits whose records come on this channel, before any of them. */
  | { readonly type: 'splits'; readonly origins: readonly string[] }
  | { readonly type: 'split-end'; readonly origin: string }
  | { readonly type: 'barrier'; readonly barrier: Barrier }
  /** No batch follows; barriers still do. */
  | { readonly type: 'end' }

export interface Barrier {
  readonly checkpoint: number
  /** The last one of the run: what the sinks prepare at it is their last. */
  readonly final: boolean
}

/** What a batch costs of the credit in rows: a watermark as much as a row. */
export const rowsOf = ({ length, marks }: Batch): number => length + marks.length

/** Rows a batch holds at most. */
export const BATCH_ROWS_MAX = 1024
/** Watermarks a batch holds at most: with as many, it is sent though it has few rows. */
export const BATCH_MARKS_MAX = 1024
