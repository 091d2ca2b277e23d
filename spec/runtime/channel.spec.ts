/** Channels between two actors of one thread. */
import { expect, test } from 'vitest'
import type { Batch } from '../../lib/runtime/batch.ts'
import { LocalChannel } from '../../lib/runtime/channel.ts'

const batchOf = (rows: number, first = 0): Batch => {
  const values = Array.from({ length: rows }, (_, i) => first + i)
  return { type: 'batch', length: rows, values, times: [], keys: [], markAt: [], marks: [], origin: '' }
}

test('messages come in their order, however many wait', () => {
  const channel = new LocalChannel(1, 1e6, { wakeReceiver: () => undefined, wakeSender: () => undefined })
  const got: unknown[] = []
  const take = (): void => {
    const batch = channel.take() as Batch
    got.push(...batch.values)
    channel.processed(batch)
  }
  for (let i = 0; i < 100; i++) {
    channel.send(batchOf(1, i))
    if (i >= 3) take()
  }
  while (channel.waiting > 0) take()
  expect(got).toEqual(Array.from({ length: 100 }, (_, i) => i))
  expect(channel.take()).toBeUndefined()
})

test('credit comes back with what has been processed, and wakes the sender that waits', () => {
  let woken = 0
  const channel = new LocalChannel(1, 10, { wakeReceiver: () => undefined, wakeSender: () => woken++ })
  for (let i = 0; i < 3; i++) channel.send(batchOf(4))
  expect(channel.hasCredit()).toBe(false)
  channel.processed(channel.take() as Batch)
  expect([channel.hasCredit(), woken]).toEqual([true, 1])
})
