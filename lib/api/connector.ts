/** What a source and a sink are to the engine: the interfaces a user's own connectors implement, and what those in the box add. */
import type { Env } from '../env/env.ts'

export type Maybe<T> = T | Promise<T>

export interface Split {
  /** Names the split within its source, for the life of the state. */
  readonly id: string
}

/** `position` is the one after these records. An empty batch means "nothing now"; `done` ends the split. */
export interface SourceBatch<T, P> {
  readonly records: readonly T[]
  readonly position: P
  readonly done?: boolean
}

export interface SourceContext {
  readonly env: Env
  /** Instances of this source when it first started: how many splits a generated source makes. */
  readonly parallelism: number
  /** Absent: 'new' or 'resumed', as the position tells. */
  readonly start?: SinkStart
}

export interface SourceReader<T, P> {
  poll(max: number): Maybe<SourceBatch<T, P>>
  close(): Maybe<void>
  /** The checkpoint that holds `position` is complete. */
  committed?(position: P): void
}

export interface SourceConnector<T, P = any> {
  /** Phantom: carries the record type. */
  readonly record?: T
  /** What explain() and error texts call it, `readCsv orders.csv`. */
  readonly name?: string
  /** Asked once, when the source first starts; afterwards the snapshot's splits hold. */
  splits(context: SourceContext): Maybe<readonly Split[]>
  open(split: Split, position: P | null, context: SourceContext): Maybe<SourceReader<any, P>>
  /**
   * Turns what poll gave into a record, as a call of a user function (semantics.md §1): it may throw.
   * A thrown ROW_INVALID is a bad row: to the dead letters at once, or (`badRow: 'fail'`) the end of the job.
   */
  admit?(raw: any): T
  readonly badRow?: 'dead-letter' | 'fail'
  /** It is part of who called `run`, and stays on that thread at any number of slots. */
  readonly belongsToCaller?: boolean
  /** It ends, and gives the same records each time it is read from the start: without checkpoints a restart begins anew. */
  readonly bounded?: boolean
  /** False: its batches have no positions, so what it emitted after the last snapshot is lost in a restart (at most once). */
  readonly replayable?: boolean
}

/** A run begins anew, resumes from a stored checkpoint, or one region of it restarts. */
export type SinkStart = 'new' | 'resumed' | 'restarted'

export interface SinkContext<H> {
  readonly instance: number
  /** Handles of the snapshot the sink starts from, in order. Each is committed again right after open. */
  readonly restored: readonly H[]
  readonly start: SinkStart
  /** Whether the run takes checkpoints. */
  readonly checkpoints: boolean
  /** `restore: 'none'` was asked for: earlier output may be replaced. */
  readonly replacing: boolean
  readonly env: Env
}

export interface SinkWriter<T, H> {
  write(records: readonly T[]): Maybe<void>
  flush?(): Maybe<void>
  prepare?(checkpoint: number): Maybe<H>
  commit?(handle: H): Maybe<void>
  abort?(handle: H): Maybe<void>
  close(): Maybe<void>
}

export interface SinkConnector<in T, H = any> {
  /** Phantom: carries the record type. */
  readonly accepts?: (record: T) => void
  readonly name?: string
  /**
   * Called for each record before `write` gets its result, as a call of a user function: a line formatted, a callback called.
   * What it throws concerns that record alone.
   */
  format?(record: any): unknown
  /** It is part of who called `run`, and stays on that thread at any number of slots. */
  readonly belongsToCaller?: boolean
  /** True where committed output can be cut back to an older checkpoint's handle. */
  readonly canGoBack?: boolean
  /** Where it writes, when two sinks of one topology must not share it (a path). */
  readonly target?: string
  open(context: SinkContext<H>): Maybe<SinkWriter<any, H>>
}
