/** What travels on a channel: batches of records with the watermarks between them, and control messages in their place among them. */

/** Rows of one channel. `marks` tell at which row a watermark advanced: it holds from before row `markAt[i]` on. */
export interface Batch {
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
