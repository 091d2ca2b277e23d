/** Checkpoints for specs, and opening a store for one step. */
import { fileStore } from '../../lib/checkpoint/stores/file-store.ts'
import type { CheckpointData, OpenStore } from '../../lib/checkpoint/store.ts'
import type { Env } from '../../lib/env/env.ts'

/** Content that tells which checkpoint it belongs to; several writes' worth of bytes. */
const contentOf = (run: number, checkpoint: number, length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => (run * 101 + checkpoint * 31 + i * 7) % 256)

export const sampleCheckpoint = (run: number, checkpoint: number, change: Partial<CheckpointData> = {}): CheckpointData => ({
  run,
  checkpoint,
  kind: checkpoint === 0 ? 'start' : 'periodic',
  finished: false,
  savedAt: 1_700_000_000_000 + checkpoint,
  topology: { id: 'job', fingerprint: 'f1', maxParallelism: 128, parallelism: 2 },
  operators: [
    { id: 'count', kind: 'scan', schema: 'v1', state: 'key', parallelism: 2 },
    { id: 'in', kind: 'source', schema: 'v1', state: 'split', parallelism: 1 },
  ],
  summary: { version: 1, counters: [{ records: checkpoint, results: 0.1 }], 'ключ "': ['\u2028', '\ud800', null] },
  chunks: [
    { name: 'count/0', bytes: contentOf(run, checkpoint, 40 + (checkpoint % 50)) },
    { name: 'count/1', bytes: contentOf(run, checkpoint + 1, 40 + (checkpoint % 50)) },
    { name: 'in/0', bytes: new Uint8Array(0) },
  ],
  ...change,
})

/** A checkpoint as plain data, whatever kind of view its bytes are. */
export const plain = (data: CheckpointData | null): unknown => data && { ...data, chunks: data.chunks.map(({ name, bytes }) => ({ name, bytes: [...bytes] })) }

/** Opens the store of 'job' in /store, and closes it again. */
export const withStore = async <T>(env: Env, step: (store: OpenStore) => Promise<T>, { keep = 3, folder = '/store' }: { readonly keep?: number; readonly folder?: string } = {}): Promise<T> => {
  const store = await fileStore(folder).open(env, 'job', { keep })
  try {
    return await step(store)
  } finally {
    await store.close()
  }
}

/** What a promise is rejected with. */
export const errorOf = async (attempt: Promise<unknown>): Promise<Error & { readonly code?: string }> =>
  attempt.then(
    () => Promise.reject(new Error('it was expected to be rejected')),
    (error: unknown) => error as Error & { readonly code?: string },
  )
