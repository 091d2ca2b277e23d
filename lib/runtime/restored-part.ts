/** What the actors of one place begin from. */
import type { CheckpointData, StoredChunk } from '../checkpoint/store.ts'
import { restoredState } from './restored-job.ts'
import type { WiredActor } from './wiring.ts'

/** Those of its chunks that these actors read, in arrays of their own, which can be given away. Where splits begin is told apart from it. */
export const restoredPart = (data: CheckpointData, actors: readonly WiredActor[]): CheckpointData => {
  const state = restoredState(data)
  const read = new Map<string, Uint8Array>()
  const take = (id: string, isRead: (chunk: number) => boolean): void => {
    for (const { instance, bytes } of state.chunksOf(id)) if (isRead(instance)) read.set(`${id}/${instance}`, bytes)
  }
  for (const { kind, vertex, instance } of actors) {
    if (kind === 'writer') {
      take(vertex.id, (chunk) => chunk % vertex.parallelism === instance)
      continue
    }
    take(`${vertex.id}#turns`, (chunk) => chunk === instance)
    for (const step of vertex.steps) if (step.state !== null) take(step.id, (chunk) => chunk === instance || !state.isSame(step, vertex.parallelism))
  }
  return { ...data, chunks: [...read].map(([name, bytes]): StoredChunk => ({ name, bytes: new Uint8Array(bytes) })) }
}
