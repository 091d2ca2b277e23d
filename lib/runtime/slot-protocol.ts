/** What the thread that called `run` and a slot tell each other, besides rows. Plain data: functions never cross. */
import type { SinkStart } from '../api/connector.ts'
import type { ChunkFile } from '../checkpoint/chunk-file.ts'
import type { CheckpointData } from '../checkpoint/store.ts'
import type { Acknowledgement } from './actor-host.ts'
import type { Barrier } from './batch.ts'
import type { DeadLetter, JobCounters, OperatorMetrics } from './job-handle.ts'
import type { LostRecords, Tuning } from './region-part.ts'
import type { SplitState } from './split-reading.ts'
import type { FarEnd } from './far-channel.ts'
import type { ErrorData } from './error-data.ts'
import type { StrategyData } from './strategy-data.ts'

/** What a slot has to know to rebuild the plan and its actors. */
export interface SlotJob {
  /** 1 … `slots`. */
  readonly place: number
  readonly slots: number
  /** URL of the module that made the topology. */
  readonly module: string
  readonly topologyId: string
  readonly parallelism: number
  readonly maxParallelism: number
  readonly checkpoints: boolean
  /** Where it writes the chunks of its actors itself; null: they go to the thread that called `run`. */
  readonly snapshots: { readonly folder: string; readonly run: number } | null
  readonly combine: boolean
  readonly replacing: boolean
  readonly tuning: Tuning
  readonly supervision: StrategyData
  readonly parameters: Readonly<Record<string, unknown>>
  /** Where it leaves its heartbeat. */
  readonly pulse: SharedArrayBuffer
}

export type ToSlot =
  | {
      readonly type: 'open'
      readonly part: number
      readonly region: number
      readonly start: SinkStart
      readonly restored: CheckpointData | null
      readonly splits: ReadonlyMap<string, readonly SplitState[]>
      /** By channel: the end of it that is here. */
      readonly ends: ReadonlyMap<number, FarEnd>
    }
  | { readonly type: 'start' | 'drain'; readonly part: number }
  | { readonly type: 'trigger'; readonly part: number; readonly barrier: Barrier }
  | { readonly type: 'commit'; readonly part: number; readonly checkpoint: number }
  | { readonly type: 'lost'; readonly part: number; readonly checkpoint: number; readonly question: number }
  | { readonly type: 'dispose'; readonly part: number; readonly abortAfter: number | undefined; readonly question: number }
  | { readonly type: 'end' }

/** How an actor failed. */
export interface FailureData {
  readonly actor: string
  readonly operatorId: string
  readonly failure: 'restart' | 'escalated' | 'fatal'
  /** Whether the stage's own strategy decided. */
  readonly own: boolean
  readonly record: string | undefined
  readonly cause: ErrorData
}

export type FromSlot =
  /** The plan has been rebuilt. */
  | { readonly type: 'ready'; readonly fingerprint: string; readonly ids: readonly string[] }
  | { readonly type: 'unfit'; readonly error: ErrorData }
  | { readonly type: 'opened'; readonly part: number; readonly error: ErrorData | null }
  | { readonly type: 'acknowledged'; readonly part: number; readonly acks: readonly Acknowledgement[]; readonly stored: ChunkFile | { readonly error: ErrorData } | null }
  | { readonly type: 'sink-ended'; readonly part: number; readonly actor: string }
  | { readonly type: 'committed'; readonly part: number; readonly actor: string; readonly checkpoint: number }
  | { readonly type: 'failed'; readonly part: number; readonly failure: FailureData }
  | { readonly type: 'stopped'; readonly part: number; readonly operatorId: string; readonly error: ErrorData }
  | { readonly type: 'dead-letter'; readonly part: number; readonly letter: DeadLetter }
  | { readonly type: 'metrics'; readonly part: number; readonly counters: JobCounters; readonly operators: Readonly<Record<string, OperatorMetrics>> }
  | { readonly type: 'lost'; readonly part: number; readonly question: number; readonly lost: readonly LostRecords[] }
  | { readonly type: 'disposed'; readonly part: number; readonly question: number }
