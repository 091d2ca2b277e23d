/** A store as a user might write it: it keeps the last checkpoint in memory, and other threads cannot write to it. */
import type { CheckpointData, SnapshotStore } from '../../lib/checkpoint/store.ts'

export interface MemoryStore extends SnapshotStore {
  readonly last: CheckpointData | null
  /** How many were written. */
  readonly written: number
}

export const memoryStore = (): MemoryStore => {
  let last: CheckpointData | null = null
  let written = 0
  const keep = (data: CheckpointData): Promise<{ readonly bytes: number }> => {
    last = structuredClone(data)
    written++
    return Promise.resolve({ bytes: data.chunks.reduce((sum, { bytes }) => sum + bytes.length, 0) })
  }
  return {
    kind: 'memory',
    get last() {
      return last
    },
    get written() {
      return written
    },
    open: () =>
      Promise.resolve({
        latest: () => Promise.resolve({ found: last, damaged: [], run: last?.run ?? 0, checkpoint: last?.checkpoint ?? -1 }),
        highestRun: () => Promise.resolve(last?.run ?? 0),
        read: () => Promise.resolve(last!),
        write: keep,
        writeSavepoint: (_: string, data: CheckpointData) => keep(data),
        close: () => Promise.resolve(),
      }),
  }
}
