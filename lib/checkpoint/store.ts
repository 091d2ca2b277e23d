/** Where checkpoints are kept: what a store is to the engine. */
import type { Env } from '../env/env.ts'
import type { ChunkFile } from './chunk-file.ts'

export type CheckpointKind = 'start' | 'periodic' | 'savepoint' | 'final'

export interface StoredOperator {
  readonly id: string
  readonly kind: string
  readonly schema: string
  readonly state: string
  readonly parallelism: number
}

export interface StoredChunk {
  /** `operatorId/instance`. */
  readonly name: string
  readonly bytes: Uint8Array
}

/** What a checkpoint says of itself, without the state. */
export interface CheckpointFacts {
  /** Counts new starts of the job on this store: 'latest' never looks behind one. */
  readonly run: number
  readonly checkpoint: number
  readonly kind: CheckpointKind
  /** The job had come to its end. */
  readonly finished: boolean
  /** Epoch milliseconds. */
  readonly savedAt: number
  readonly topology: { readonly id: string; readonly fingerprint: string; readonly maxParallelism: number; readonly parallelism: number }
  readonly operators: readonly StoredOperator[]
  /** Plain JSON: counters and what else the job keeps. */
  readonly summary: unknown
}

/** A checkpoint as it is written and read. */
export interface CheckpointData extends CheckpointFacts {
  readonly chunks: readonly StoredChunk[]
}

export interface DamagedCheckpoint {
  readonly checkpoint: string
  readonly error: Error
}

export interface LatestCheckpoint {
  readonly found: CheckpointData | null
  /** Newer than the one found, and not to be used. */
  readonly damaged: readonly DamagedCheckpoint[]
  /** Largest run number there is, 0 where there is none. */
  readonly run: number
  /** Largest checkpoint number of that run, damaged and unfinished ones included; −1 where there is none. */
  readonly checkpoint: number
}

/** Writing failed, and nobody can say whether the checkpoint is there: only the next start, which looks, may decide what counts. */
export class CheckpointInDoubt extends Error {}

export type CheckpointNumbers = Pick<CheckpointFacts, 'run' | 'checkpoint'>

/** What a store is whose chunks threads may write themselves, by `writeChunkFile`. */
export interface SharedChunks {
  /** Where they write: a folder for each checkpoint is made in it. */
  readonly folder: string
  /** Reads back what they wrote. @throws SNAPSHOT_CORRUPT */
  read(numbers: CheckpointNumbers, files: readonly ChunkFile[]): Promise<StoredChunk[]>
  /** That checkpoint has been given up: removes what is there of it, and of those before that were. */
  discard(numbers: CheckpointNumbers): Promise<void>
}

/** A store that this process holds the lock of. */
export interface OpenStore {
  /** @throws SNAPSHOT_CORRUPT where there are checkpoints and none is good */
  latest(): Promise<LatestCheckpoint>
  /** Largest run number there is, damaged checkpoints included; 0 where there is none. */
  highestRun(): Promise<number>
  /** Reads the checkpoint or savepoint in a folder. @throws SNAPSHOT_CORRUPT, NO_SNAPSHOT */
  read(path: string): Promise<CheckpointData>
  /** Absent: all chunks have to come through `write`. */
  readonly shared?: SharedChunks
  /**
   * Makes a checkpoint durable, then removes those beyond `keep`. `written`: files of it that are durable already. Resolves with the bytes
   * of all. Rejects with a CheckpointInDoubt, or it is not there.
   */
  write(data: CheckpointData, written?: readonly ChunkFile[]): Promise<{ readonly bytes: number }>
  /** Writes a savepoint at any path; it is never removed. */
  writeSavepoint(path: string, data: CheckpointData): Promise<{ readonly bytes: number }>
  close(): Promise<void>
}

export interface SnapshotStore {
  readonly kind: string
  /** @throws STORE_LOCKED, naming the holder */
  open(env: Env, topologyId: string, options: { readonly keep: number }): Promise<OpenStore>
}
