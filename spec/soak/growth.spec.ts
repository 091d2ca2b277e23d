import { describe, expect, test } from 'vitest'
import { grows, growthOf } from './growth.ts'
import type { Sample } from './growth.ts'

/** A sample a minute, of the caller and one slot. */
const samples = (heap: (minute: number) => number, buffers: (minute: number) => number = () => 1, ofSlot: (minute: number) => number = () => 5): Sample[] =>
  Array.from({ length: 11 }, (_, minutes) => ({
    minutes,
    threads: [
      { thread: 'caller', heap: heap(minutes), buffers: buffers(minutes) },
      { thread: 'slot 1', heap: ofSlot(minutes), buffers: 3 },
    ],
    rss: 200,
  }))

describe('memory over a soak', () => {
  test('that has filled in the first half does not grow', () => {
    const growth = growthOf(samples((minute) => 10 + Math.min(minute, 5) * 100))
    expect(growth.threads[0]!.heap).toBeCloseTo(0, 9)
    expect(grows(growth, 0.5)).toBe(false)
  })

  test('grows where heap or buffers gain more than the bound in the second half', () => {
    expect(growthOf(samples((minute) => 10 + minute * 2)).threads[0]!.heap).toBeCloseTo(2, 9)
    expect(grows(growthOf(samples((minute) => 10 + minute * 2)), 1)).toBe(true)
    expect(grows(growthOf(samples(() => 10, (minute) => minute * 2)), 1)).toBe(true)
    expect(grows(growthOf(samples((minute) => 10 + minute * 2)), 3)).toBe(false)
  })

  test('that goes up and down, and comes back to where it was, does not grow', () => {
    const growth = growthOf(samples((minute) => 10 + (minute === 5 || minute === 9 ? 5 * minute : 0)))
    expect(growth.threads[0]!.heap).toBeCloseTo(0, 9)
  })

  test('grows where that of one thread does', () => {
    const growth = growthOf(samples(() => 10, () => 1, (minute) => minute * 2))
    expect(growth.threads.map(({ thread, heap }) => [thread, Math.round(heap)])).toEqual([['caller', 0], ['slot 1', 2]])
    expect(grows(growth, 1)).toBe(true)
  })

  test('is not known from one sample or none, and so fails', () => {
    expect(grows(growthOf(samples(() => 10).slice(0, 1)), 1)).toBe(true)
    expect(grows(growthOf([]), 1)).toBe(true)
  })
})
