/** The memory that two threads share. */
import { setTimeout as later } from 'node:timers/promises'
import { expect, test, vi } from 'vitest'
import { Ring, ringMemory } from '../../lib/workers/ring.ts'
import { endsOf } from './ends.ts'
import { rowsOf } from './frames.ts'

const two = (): [Ring, Ring] => {
  const memory = ringMemory(4_096)
  return [new Ring(memory), new Ring(memory)]
}

test('an alarm of the receiver goes off once', () => {
  const [sender, receiver] = two()
  expect(sender.takeReceiverAlarm()).toBe(false)
  receiver.setReceiverAlarm()
  expect([sender.takeReceiverAlarm(), sender.takeReceiverAlarm()]).toEqual([true, false])
})

test('an alarm of the sender goes off once, when cursor and rows have come as far as it asked, also past 2 ** 31', () => {
  for (const from of [0, 2 ** 31 - 3, -2, 2 ** 32 - 2]) {
    const [sender, receiver] = two()
    receiver.gaveBack(from | 0, from | 0)
    sender.setSenderAlarm((from + 4) | 0, (from + 5) | 0)
    receiver.gaveBack((from + 5) | 0, (from + 4) | 0)
    expect(receiver.takeSenderAlarm(false)).toBe(false)
    receiver.gaveBack((from + 5) | 0, (from + 5) | 0)
    expect([receiver.takeSenderAlarm(false), receiver.takeSenderAlarm(false)]).toEqual([true, false])
  }
})

test('every unit lies within the memory, and the one behind the last is the first', () => {
  const [ring] = two()
  expect(ring.units).toBe(512)
  expect(ring.byteOf(ring.units)).toBe(ring.byteOf(0))
  for (const unit of [0, 511, -1, 2 ** 31 - 1, -(2 ** 31)]) {
    expect(ring.byteOf(unit) + 8 * ring.toEnd(unit)).toBe(ring.space.u1.length)
    expect(ring.byteOf(unit)).toBeGreaterThanOrEqual(ring.byteOf(0))
  }
})

test('a batch that comes in pieces, of which the first are taken while the receiver looks, wakes it for the others', async () => {
  const { sender, receiver, woken } = endsOf('ring', { rows: 1_000, bytes: 1_024 })
  const large = Array.from({ length: 2_000 }, (_, i) => i)
  let looks = 0
  const read = Ring.prototype.posted
  const posted = vi.spyOn(Ring.prototype, 'posted').mockImplementation(function (this: Ring, isForward) {
    if (isForward && ++looks === 2) sender.sendBatch(rowsOf(large))
    return read.call(this, isForward)
  })
  try {
    let found = receiver.take()
    while (looks < 2) found = receiver.take()
    for (let turn = 0; turn < 500 && found === undefined; turn++) {
      const before = woken.receiver
      await expect.poll(() => woken.receiver, { interval: 1 }).toBeGreaterThan(before)
      found = receiver.take()
    }
    expect(found !== undefined && 'rows' in found && found.rows()).toEqual(large)
  } finally {
    posted.mockRestore()
    sender.dispose()
    receiver.dispose()
  }
})

test.each([1, 2])('a batch that is sent while the receiver looks for one the time %d is found, or wakes it', async (time) => {
  const { sender, receiver, woken } = endsOf('ring')
  let looks = 0
  const read = Ring.prototype.posted
  // Between where the receiver looks for records and where it looks for messages.
  const posted = vi.spyOn(Ring.prototype, 'posted').mockImplementation(function (this: Ring, isForward) {
    if (isForward && ++looks === time) sender.sendBatch(rowsOf([1]))
    return read.call(this, isForward)
  })
  try {
    let found = receiver.take()
    while (looks < time) found = receiver.take()
    await later(50)
    expect(found !== undefined || woken.receiver > 0).toBe(true)
  } finally {
    posted.mockRestore()
    sender.dispose()
    receiver.dispose()
  }
})
