/** What holds for a channel between threads, whichever way its batches go. */
import fc from 'fast-check'
import { setTimeout as later } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { isBatch } from '../../lib/workers/wire-channel.ts'
import { endsOf, kinds } from './ends.ts'
import type { Ends, Note } from './ends.ts'
import { rowsOf } from './frames.ts'
import { batchesOfValues } from './random-rows.ts'
import { assertSame } from './same.ts'

const note = (n: number): Note => ({ type: 'note', n })
const some = (count: number, from = 0) => rowsOf(Array.from({ length: count }, (_, i) => ({ id: from + i, name: `n${i % 7}` })))

/** All that waits, each batch as its rows and processed at once. */
const takeAll = ({ receiver }: Ends): unknown[] => {
  const taken: unknown[] = []
  for (let message = receiver.take(); message !== undefined; message = receiver.take()) {
    if (!isBatch(message)) taken.push(message)
    else {
      taken.push(message.rows())
      receiver.processed(message)
    }
  }
  return taken
}

describe.each(kinds)('a channel by %s', (kind) => {
  let ends: Ends
  const opened = (rows = 1_000, bytes = 65_536): Ends => (ends = endsOf(kind, { rows, bytes }))
  afterEach(() => {
    ends.sender.dispose()
    ends.receiver.dispose()
  })

  test('brings batches and control messages in the order in which they were sent', () => {
    fc.assert(
      fc.property(batchesOfValues, fc.infiniteStream(fc.nat(3)), (batches, chances) => {
        const { sender } = opened(20, 2_048)
        const sent: unknown[] = []
        const got: unknown[] = []
        for (const values of batches) {
          for (let times = chances.next().value; times > 0; times--) {
            while (!sender.hasCredit()) got.push(...takeAll(ends))
            sender.sendBatch(rowsOf(values))
            sent.push(structuredClone(values))
          }
          for (let notes = chances.next().value; notes > 0; notes--) {
            sender.sendControl(note(sent.length))
            sent.push(note(sent.length))
          }
          if (chances.next().value === 0) got.push(...takeAll(ends))
        }
        while (!sender.hasCredit()) got.push(...takeAll(ends))
        got.push(...takeAll(ends))
        assertSame(got, sent)
        sender.dispose()
        ends.receiver.dispose()
      }),
      { numRuns: 150 },
    )
  })

  test('has no credit for rows beyond its capacity until some have been processed', () => {
    const { sender, receiver } = opened(100)
    for (let batch = 0; batch < 10; batch++) {
      expect(sender.hasCredit()).toBe(true)
      sender.sendBatch(some(10))
    }
    expect(sender.hasCredit()).toBe(false)
    const batch = receiver.take()
    expect(sender.hasCredit()).toBe(false)
    receiver.processed(batch as never)
    expect(sender.hasCredit()).toBe(true)
  })

  test('counts a watermark like a row', () => {
    const { sender } = opened(100)
    sender.sendBatch({ ...rowsOf([]), markAt: new Array<number>(100).fill(0), marks: new Array<number>(100).fill(1) })
    expect(sender.hasCredit()).toBe(false)
  })

  test('has no credit for more bytes than it holds, however few the rows', () => {
    const { sender } = opened(1e6, 65_536)
    let sent = 0
    while (sender.hasCredit()) {
      sender.sendBatch(rowsOf(['x'.repeat(1_000)]))
      sent++
    }
    expect(sent).toBeGreaterThan(10)
    expect(sent).toBeLessThan(66)
    expect(takeAll(ends)).toHaveLength(sent)
    expect(sender.hasCredit()).toBe(true)
  })

  test('wakes a sender without credit when there is some again, and no other', async () => {
    const { sender, woken } = opened(10)
    sender.sendBatch(some(5))
    takeAll(ends)
    await later(20)
    expect(woken.sender).toBe(0)
    sender.sendBatch(some(10))
    expect(sender.hasCredit()).toBe(false)
    takeAll(ends)
    await expect.poll(() => woken.sender).toBe(1)
    expect(sender.hasCredit()).toBe(true)
  })

  test('wakes a sender without credit also when it asks meanwhile whether the channel is closed', async () => {
    const { sender, woken } = opened(10)
    sender.sendBatch(some(10))
    expect(sender.hasCredit()).toBe(false)
    takeAll(ends)
    expect(sender.isClosed()).toBe(false)
    await expect.poll(() => woken.sender).toBe(1)
  })

  test('wakes a receiver that has found nothing', async () => {
    const { sender, receiver, woken } = opened()
    for (let times = 1; times <= 3; times++) {
      expect(receiver.take()).toBeUndefined()
      if (times === 2) sender.sendControl(note(1))
      else sender.sendBatch(some(1))
      await expect.poll(() => woken.receiver).toBe(times)
      expect(takeAll(ends)).toHaveLength(1)
    }
  })

  test('brings control messages though there is no credit', () => {
    const { sender } = opened(10)
    sender.sendBatch(some(10))
    expect(sender.hasCredit()).toBe(false)
    sender.sendControl(note(1))
    expect(takeAll(ends)).toEqual([some(10).values, note(1)])
  })

  test('brings a batch that is larger than all it holds, and a control message behind it', async () => {
    const { sender } = opened(1_000, 16_384)
    const large = some(50_000)
    const got: unknown[] = []
    for (const batch of [some(3), large, some(5), large]) {
      while (!sender.hasCredit()) got.push(...takeAll(ends))
      sender.sendBatch(batch)
    }
    sender.sendControl(note(1))
    while (got.length < 5) {
      got.push(...takeAll(ends))
      await later(0)
    }
    assertSame(got, [some(3).values, large.values, some(5).values, large.values, note(1)])
    expect(sender.hasCredit()).toBe(true)
  })

  test('keeps a batch that is not processed as it is, whatever is processed behind it', () => {
    const { sender, receiver } = opened(1_000, 8_192)
    sender.sendBatch(some(50))
    const first = receiver.take()!
    for (let batch = 0; batch < 100 && sender.hasCredit(); batch++) {
      sender.sendBatch(some(50, 100 * batch))
      receiver.processed(receiver.take() as never)
    }
    expect(isBatch(first) && first.rows()).toEqual(some(50).values)
  })

  test('lets nobody read a batch that has been processed', () => {
    const { sender, receiver } = opened()
    sender.sendBatch(some(2))
    const batch = receiver.take()!
    if (!isBatch(batch)) throw new Error('no batch')
    receiver.processed(batch)
    receiver.processed(batch)
    expect(() => batch.rows()).toThrow('after it has been processed')
    expect(sender.hasCredit()).toBe(true)
  })

  test('has room for the next batch when one that was larger than all it holds has been processed', () => {
    const { sender } = opened(1e6, 16_384)
    sender.sendBatch(some(50_000))
    while (!sender.hasCredit()) takeAll(ends)
    sender.sendBatch(some(1))
    expect(sender.hasCredit()).toBe(true)
  })

  test('keeps the order of batches that are sent without credit', () => {
    const { sender } = opened(10, 4_096)
    const batches = [some(5_000), some(1), some(5_000), some(2)]
    const got: unknown[] = []
    for (const batch of batches) {
      sender.sendBatch(batch)
      got.push(...takeAll(ends))
    }
    while (!sender.hasCredit()) got.push(...takeAll(ends))
    expect([...got, ...takeAll(ends)]).toEqual(batches.map(({ values }) => values))
  })

  test('takes back what was processed in any order', () => {
    const { sender, receiver } = opened(30)
    for (let round = 0; round < 50; round++) {
      const taken = [1, 2, 3].map((n) => {
        expect(sender.hasCredit()).toBe(true)
        sender.sendBatch(some(10, n))
        return receiver.take() as never
      })
      expect(sender.hasCredit()).toBe(false)
      for (const which of [2, 0, 1]) receiver.processed(taken[which]!)
    }
    expect(sender.hasCredit()).toBe(true)
  })

  test('goes on behind a batch that could not be sent', () => {
    const { sender } = opened()
    sender.sendBatch(some(2))
    expect(() => sender.sendBatch(rowsOf([{ id: 1, name: 'b', f: () => 1 }]))).toThrow(expect.objectContaining({ code: 'VALUE_NOT_TRANSFERABLE' }))
    sender.sendBatch(some(3))
    expect(takeAll(ends)).toEqual([some(2).values, some(3).values])
  })

  test('brings a receiver that closes no more batches, but control messages, and its sender has credit for ever', async () => {
    const { sender, receiver, woken } = opened(10)
    sender.sendBatch(some(10))
    expect(sender.hasCredit()).toBe(false)
    receiver.close()
    await expect.poll(() => woken.sender).toBe(1)
    expect(sender.isClosed()).toBe(true)
    for (let batch = 0; batch < 10; batch++) {
      expect(sender.hasCredit()).toBe(true)
      sender.sendBatch(some(10))
    }
    sender.sendControl(note(1))
    expect(takeAll(ends)).toEqual([note(1)])
  })

  test('is lost when its sender has gone, and not before all has been taken', async () => {
    const { sender, receiver } = opened()
    sender.sendBatch(some(1))
    sender.sendControl(note(1))
    sender.dispose()
    await later(20)
    expect(receiver.isLost()).toBe(false)
    expect(takeAll(ends)).toEqual([some(1).values, note(1)])
    await expect.poll(() => receiver.isLost()).toBe(true)
  })

  test('is closed when its receiver has gone, and wakes the sender that waits', async () => {
    const { sender, receiver, woken } = opened(10)
    sender.sendBatch(some(10))
    expect(sender.hasCredit()).toBe(false)
    receiver.dispose()
    await expect.poll(() => woken.sender).toBe(1)
    expect(sender.isClosed()).toBe(true)
    sender.sendBatch(some(1))
    sender.sendControl(note(1))
  })
})
