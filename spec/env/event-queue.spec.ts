import fc from 'fast-check'
import { expect, it } from 'vitest'
import { EventQueue } from '../../lib/env/event-queue.ts'

const first = (): number => 0

it('gives events in order of time, whatever order they came in', () => {
  fc.assert(
    fc.property(fc.array(fc.record({ at: fc.nat(20), cancel: fc.boolean() }), { maxLength: 300 }), (given) => {
      const queue = new EventQueue()
      const taken: number[] = []
      const cancels = given.map(({ at }) => queue.add(at, () => taken.push(at)))
      given.forEach(({ cancel }, i) => cancel && cancels[i]!())
      const live = given.filter(({ cancel }) => !cancel).map(({ at }) => at)
      expect(queue.size).toBe(live.length)
      let now = 0
      for (; queue.size > 0; ) {
        now = queue.nextTime(now)
        queue.take(now, first)!()
      }
      expect(taken).toEqual(live.sort((a, b) => a - b))
      expect(queue.nextTime(now)).toBe(Infinity)
    }),
  )
})

it('lets chance pick among those that are due, and only those', () => {
  const queue = new EventQueue()
  const taken: string[] = []
  for (const name of ['a', 'b', 'c']) queue.add(1, () => taken.push(name))
  queue.add(2, () => taken.push('later'))
  const counts: number[] = []
  for (let i = 0; i < 3; i++) queue.take(1, (count) => (counts.push(count), count - 1))!()
  expect(counts).toEqual([3, 2, 1])
  expect(taken).toEqual(['c', 'b', 'a'])
  expect(queue.take(1, first)).toBe(null)
})

it('forgets an event that is cancelled when it is due already', () => {
  const queue = new EventQueue()
  const cancel = queue.add(1, () => {})
  queue.add(1, () => {})
  queue.nextTime(1)
  cancel()
  cancel()
  expect(queue.size).toBe(1)
  expect(queue.take(1, first)).not.toBe(null)
  expect(queue.take(1, first)).toBe(null)
})

it('keeps no more cancelled events than live ones, but for a few', () => {
  const queue = new EventQueue()
  for (let i = 0; i < 10_000; i++) queue.add(1_000_000, () => {})()
  expect((queue as unknown as { heap: unknown[] }).heap.length).toBeLessThan(100)
})
