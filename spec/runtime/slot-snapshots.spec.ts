/** When a slot writes what its actors acknowledge, and what it tells. */
import { describe, expect, test } from 'vitest'
import type { ChunkFile } from '../../lib/checkpoint/chunk-file.ts'
import type { Acknowledgement } from '../../lib/runtime/actor-host.ts'
import { NO_COUNTERS } from '../../lib/runtime/actor-host.ts'
import { SlotSnapshots } from '../../lib/runtime/slot-snapshots.ts'

const ack = (actor: string, checkpoint: number, chunks = 1): Acknowledgement => ({
  actor,
  checkpoint,
  chunks: Array.from({ length: chunks }, (_, index) => ({ name: `${actor}.${index}/0`, bytes: new Uint8Array([checkpoint]) })),
  counters: NO_COUNTERS,
  stopped: false,
})

/** Writes begun, with what ends each; what was told, as text. */
const slotOf = (actors: number) => {
  const writes: { readonly checkpoint: number; readonly names: readonly string[]; end(error?: unknown): Promise<void> }[] = []
  const told: string[] = []
  const slot = new SlotSnapshots({
    actors,
    write: (checkpoint, chunks) =>
      new Promise<ChunkFile>((resolve, reject) => {
        const end = async (error?: unknown): Promise<void> => {
          if (error === undefined) resolve({ name: `of ${checkpoint}`, length: 0, chunks: [] })
          else reject(error as Error)
          await new Promise<void>((turn) => setImmediate(turn))
        }
        writes.push({ checkpoint, names: chunks.map(({ name }) => name), end })
      }),
    tell: (acks, stored) => {
      const what = stored === null ? 'nothing' : 'error' in stored ? String(stored.error) : stored.name
      told.push(`${acks.map(({ actor, checkpoint, chunks }) => `${actor}@${checkpoint} with ${chunks.length}`).join(', ')}: ${what}`)
    },
  })
  const hear = (...acks: readonly Acknowledgement[]): void => acks.forEach((each) => slot.acknowledged(each))
  return { hear, writes, told }
}

test('all actors’ chunks are written once the last has acknowledged, and told once they are durable', async () => {
  const { hear, writes, told } = slotOf(2)
  hear(ack('a', 1, 2))
  expect(writes).toEqual([])
  hear(ack('b', 1))
  expect(writes.map(({ names }) => names)).toEqual([['a.0/0', 'a.1/0', 'b.0/0']])
  expect(told).toEqual([])
  await writes[0]!.end()
  expect(told).toEqual(['a@1 with 0, b@1 with 0: of 1'])
})

test('the next checkpoint is written like the first', async () => {
  const { hear, writes, told } = slotOf(1)
  for (const checkpoint of [1, 2]) {
    hear(ack('a', checkpoint))
    await writes.at(-1)!.end()
  }
  expect(told).toEqual(['a@1 with 0: of 1', 'a@2 with 0: of 2'])
})

test('actors without state are told of at once', () => {
  const { hear, writes, told } = slotOf(2)
  hear(ack('a', 1, 0), ack('b', 1, 0))
  expect([writes, told]).toEqual([[], ['a@1 with 0, b@1 with 0: nothing']])
})

test('why a file could not be written is told with its acknowledgements', async () => {
  const { hear, writes, told } = slotOf(1)
  hear(ack('a', 1))
  await writes[0]!.end('ENOSPC')
  expect(told).toEqual(['a@1 with 0: ENOSPC'])
})

describe('a checkpoint that is given up', () => {
  test('before all have acknowledged is not written', () => {
    const { hear, writes } = slotOf(2)
    hear(ack('a', 1), ack('a', 2), ack('b', 1), ack('b', 2))
    expect(writes.map(({ checkpoint, names }) => [checkpoint, names])).toEqual([[2, ['a.0/0', 'b.0/0']]])
  })

  test('while it is written holds back the next, of which the newest alone is kept', async () => {
    const { hear, writes, told } = slotOf(1)
    hear(ack('a', 1), ack('a', 2), ack('a', 3))
    expect(writes).toHaveLength(1)
    await writes[0]!.end()
    expect(writes.map(({ checkpoint }) => checkpoint)).toEqual([1, 3])
    await writes[1]!.end()
    expect(told).toEqual(['a@1 with 0: of 1', 'a@3 with 0: of 3'])
  })
})
