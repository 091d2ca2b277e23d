/** A checkpoint of which two threads write a chunk each, and the caller the rest. */
import type { ChunkFile } from '../../lib/checkpoint/chunk-file.ts'
import type { CheckpointData, OpenStore } from '../../lib/checkpoint/store.ts'
import { writeChunkFile } from '../../lib/checkpoint/stores/checkpoint-folder.ts'
import type { Env } from '../../lib/env/env.ts'
import { plain } from './sample-checkpoint.ts'

export const THREADS = 2

/** What a thread does. */
export const writeOf = (thread: number, env: Env, store: OpenStore, data: CheckpointData): Promise<ChunkFile> =>
  writeChunkFile(env, store.shared!.folder, data, thread, data.chunks.slice(thread, thread + 1))

/** What the caller does once all threads have. */
export const writeRest = (store: OpenStore, data: CheckpointData, written: readonly ChunkFile[]): Promise<unknown> =>
  store.write({ ...data, chunks: data.chunks.slice(THREADS) }, written)

export const writeShared = async (env: Env, store: OpenStore, data: CheckpointData): Promise<readonly ChunkFile[]> => {
  const threads = Array.from({ length: THREADS }, (_, thread) => writeOf(thread, env, store, data))
  const ended = await Promise.allSettled(threads)
  for (const each of ended) if (each.status === 'rejected') throw each.reason
  const written = await Promise.all(threads)
  await writeRest(store, data, written)
  return written
}

/** As plain data, whatever file its chunks lie in. */
export const inOrder = (data: CheckpointData | null): unknown => data && plain({ ...data, chunks: data.chunks.toSorted((a, b) => (a.name < b.name ? -1 : 1)) })
