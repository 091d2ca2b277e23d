/** What `run` takes and gives: options, the handle of a running job, its summary and events. */
import type { Observable } from 'rxjs'
import type { SinkConnector } from '../api/connector.ts'
import type { SnapshotStore } from '../checkpoint/store.ts'
import type { Supervision } from '../supervision/strategy.ts'

export interface CheckpointOptions {
  /** Milliseconds from the start of one checkpoint to that of the next. */
  readonly every: number
  readonly to: SnapshotStore
  /** Completed checkpoints kept; 3 unless given. */
  readonly keep?: number
  /** Milliseconds until an unfinished checkpoint is given up; 10 minutes unless given. */
  readonly timeout?: number
}

export interface RunOptions {
  /** Threads that the job's actors are spread over, besides this one; 'auto': the cores less one, at least one; 0 unless given: all runs here. */
  readonly slots?: number | 'auto'
  readonly parallelism?: number
  /** Key groups, 1 … 32768; fixed for the life of the state; 128 unless given. */
  readonly maxParallelism?: number
  readonly checkpoints?: CheckpointOptions
  /** 'latest' unless given: the newest good checkpoint; 'none': anew; else the path of a checkpoint or savepoint. */
  readonly restore?: string
  readonly supervision?: Supervision
  /**
   * Whether senders add up what goes into windows before they send it to another instance, where that changes no result
   * (count, sum, min, max, average); true unless given.
   */
  readonly combine?: boolean
  /** Milliseconds without a sign of life after which a slot is reported as a `warning` event, with the actor that holds its thread; 500 or more, 5,000 unless given. */
  readonly heartbeatTimeout?: number
  /** Values of `parameter(…)`, by name. */
  readonly parameters?: Readonly<Record<string, unknown>>
  /** How many dead letters are kept (10,000 unless given), or a sink for them. */
  readonly deadLetters?: { readonly keep?: number } | SinkConnector<DeadLetter>
  /** Aborting it cancels the job. */
  readonly signal?: AbortSignal
}

export interface FailureFacts {
  readonly code: string
  readonly message: string
  readonly stack: string
  readonly operatorId: string
}

export interface DeadLetter {
  readonly record: unknown
  readonly error: FailureFacts
  /** Calls that failed. */
  readonly attempt: number
  /** Epoch milliseconds. */
  readonly at: number
  readonly reason: 'failed' | 'poison' | 'late' | 'bad-row' | 'overflow'
  /** Which record of which split, `record 17 of 'lines/orders.csv'`; null behind a shuffle. */
  readonly position: string | null
}

export interface JobCounters {
  /** Left the sources. */
  readonly records: number
  /** Reached sinks, those of side outputs included. */
  readonly results: number
  /** Late, once for each window operator. */
  readonly late: number
  readonly deadLetters: number
}

export interface JobSummary extends JobCounters {
  /** Of this process. */
  readonly restarts: number
  /** Completed by this process. */
  readonly checkpoints: number
  /** Milliseconds, of this process. */
  readonly elapsed: number
}

export type JobStatus = 'starting' | 'running' | 'restarting' | 'stopping' | 'finished' | 'failed' | 'cancelled'

export type JobEvent =
  | { readonly type: 'status'; readonly at: number; readonly status: JobStatus }
  /** Where the job begins: anew, or from a checkpoint and the source positions in it. */
  | { readonly type: 'started'; readonly at: number; readonly from: 'new' | 'resumed' | 'finished'; readonly checkpoint: string | null; readonly records: number }
  | { readonly type: 'checkpoint'; readonly at: number; readonly checkpoint: number; readonly bytes: number; readonly tookMs: number }
  | { readonly type: 'checkpoint-failed'; readonly at: number; readonly checkpoint: number; readonly error: FailureFacts }
  | { readonly type: 'damaged-checkpoint'; readonly at: number; readonly checkpoint: string; readonly message: string }
  | { readonly type: 'restart'; readonly at: number; readonly operatorId: string; readonly error: FailureFacts; readonly delayMs: number }
  /** Records that a source without positions had emitted after the snapshot that the job goes back to: it cannot emit them again. */
  | { readonly type: 'lost'; readonly at: number; readonly operatorId: string; readonly records: number }
  | { readonly type: 'dead-letter'; readonly at: number; readonly letter: DeadLetter }
  | { readonly type: 'stopped'; readonly at: number; readonly operatorId: string; readonly error: FailureFacts }
  | { readonly type: 'warning'; readonly at: number; readonly message: string }

/** One actor, since it was last opened. */
export interface OperatorMetrics extends JobCounters {
  /** Records it has read or taken. */
  readonly in: number
  /** Records it has sent on or written, those of side outputs included. */
  readonly out: number
  /** Epoch milliseconds; −∞ before the first, +∞ at the end, NaN where a sink has none. */
  readonly watermark: number
  /** Milliseconds of its thread. */
  readonly busy: number
  /** Instances of classes that it has sent to another thread as plain objects; they are refused unless `NODE_ENV` is `production`. */
  readonly cloned: number
}

/** A plain snapshot of the counters, from the start of the job's life. */
export interface JobMetrics extends JobCounters {
  readonly restarts: number
  readonly checkpoints: number
  /** By actor: `id/instance`, and `id/instance!` for what writes to a sink. */
  readonly operators: Readonly<Record<string, OperatorMetrics>>
}

export interface Job {
  readonly status: JobStatus
  /** Resolves when the job has finished or was stopped; rejects with a MillraceError when it failed or was cancelled. */
  readonly completed: Promise<JobSummary>
  /** Takes a checkpoint now. Resolves with its number. */
  checkpoint(): Promise<number>
  /** Takes a checkpoint that is kept, at `path`. Resolves with the path. */
  savepoint(path: string): Promise<string>
  /** Stops with a last checkpoint, at `savepoint` where given; `drain` first fires everything, as at the end of input. */
  stop(options?: { readonly savepoint?: string; readonly drain?: boolean }): Promise<JobSummary>
  /** Ends at once; outputs stay as the last checkpoint left them. */
  cancel(): Promise<void>
  /** Bounded: a subscriber gets what happens after it subscribed, and the last 256 events before. */
  readonly events$: Observable<JobEvent>
  /** A snapshot of the counters each second while somebody listens. */
  readonly metrics$: Observable<JobMetrics>
  readonly deadLetters$: Observable<DeadLetter>
  metrics(): JobMetrics
  /** Letters kept so far, oldest first. */
  deadLetters(): readonly DeadLetter[]
}
