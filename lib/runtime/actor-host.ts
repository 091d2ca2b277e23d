/** What an actor is given by its region, and what it reports. */
import type { Dispatcher } from '../actors/dispatcher.ts'
import type { ChunkFile } from '../checkpoint/chunk-file.ts'
import type { Env } from '../env/env.ts'
import type { Supervision } from '../supervision/strategy.ts'
import type { DeadLetter, JobCounters, OperatorMetrics } from './job-handle.ts'
import type { ChainMode } from './chain-host.ts'
import type { Suspects } from './suspects.ts'

export interface SnapshotChunk {
  /** `operatorId/instance`. */
  readonly name: string
  readonly bytes: Uint8Array
}

export interface Acknowledgement {
  readonly actor: string
  readonly checkpoint: number
  readonly chunks: readonly SnapshotChunk[]
  readonly counters: JobCounters
  readonly stopped: boolean
  /** A file that a slot has written, of this actor's chunks and of others; an error: it could not be. */
  readonly stored?: ChunkFile | Error | null
}

/** Reports carry the region's incarnation by construction: each incarnation has reports of its own, deaf once it is disposed. */
export interface Reports {
  acknowledged(ack: Acknowledgement): void
  /** The writer of a sink has seen the end of its input. */
  sinkEnded(actor: string): void
  committed(actor: string, checkpoint: number): void
  failed(actor: string, error: unknown): void
  stopped(operatorId: string, error: unknown): void
  deadLetter(letter: DeadLetter): void
}

export interface ActorHost {
  readonly env: Env
  readonly dispatcher: Dispatcher
  readonly reports: Reports
  readonly suspects: Suspects
  readonly supervision: Supervision
  readonly maxParallelism: number
  /** Whether there is a store that takes snapshots. */
  readonly stores: boolean
  readonly chains: ChainMode
  /** Values of `parameter(…)` for the functions of this job. */
  enter<T>(step: () => T): T
}

export interface Actor {
  /** `vertexId/instance`. */
  readonly name: string
  counters(): JobCounters
  metrics(): OperatorMetrics
  step(): void
  dispose(): void | Promise<void>
}

export class Counters {
  records = 0
  results = 0
  late = 0
  deadLetters = 0
  /** Not part of a snapshot: records taken, and milliseconds of steps. */
  taken = 0
  busy = 0

  plain(): JobCounters {
    return { records: this.records, results: this.results, late: this.late, deadLetters: this.deadLetters }
  }
}

export const addCounters = (a: JobCounters, b: JobCounters): JobCounters => ({
  records: a.records + b.records,
  results: a.results + b.results,
  late: a.late + b.late,
  deadLetters: a.deadLetters + b.deadLetters,
})

export const NO_COUNTERS: JobCounters = { records: 0, results: 0, late: 0, deadLetters: 0 }
