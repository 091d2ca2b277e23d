import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { boundsOf, boundsUpTo, countedValues } from '../../lib/operators/range-bounds.ts'

/** How many of the sample each part gets. */
const loads = (sample: readonly (number | string | bigint)[], parts: number): number[] => {
  const bounds = boundsOf(countedValues(sample), parts)
  const found = Array.from({ length: parts }, () => 0)
  for (const value of sample) found[boundsUpTo(bounds, value)]!++
  return found
}

describe('bounds of a sample', () => {
  test('give parts of equal size where all values differ', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer(), { minLength: 1 }), fc.integer({ min: 1, max: 8 }), (sample, parts) => {
        const of = loads(sample, parts).filter((load) => load > 0)
        expect(Math.max(...of) - Math.min(...of)).toBeLessThanOrEqual(1)
        expect(of.length).toBe(Math.min(parts, sample.length))
      }),
    )
  })

  test('ascend, and are one fewer than parts at most', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 5 })), fc.integer({ min: 1, max: 8 }), (sample, parts) => {
        const bounds = boundsOf(countedValues(sample), parts)
        expect(bounds.length).toBeLessThan(parts)
        expect(bounds).toEqual([...new Set(bounds)].sort((a, b) => Number(a) - Number(b)))
      }),
    )
  })

  test('give a value that outweighs all others a part of its own, and share out the rest', () => {
    const rest = [1, 2, 3, 4, 5, 6]
    expect(loads([...rest, ...Array<number>(90).fill(0)], 4)).toEqual([90, 2, 2, 2])
    expect(loads([...rest, ...Array<number>(90).fill(9)], 4)).toEqual([6, 90, 0, 0])
  })

  test('do not depend on the order of the sample', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 9 })), fc.integer({ min: 1, max: 5 }), (sample, parts) => {
        expect(boundsOf(countedValues(sample.toReversed()), parts)).toEqual(boundsOf(countedValues(sample), parts))
      }),
    )
  })

  test('order strings by code unit and bigints by size', () => {
    expect(boundsOf(countedValues(['b', 'é', 'a', 'Z']), 4)).toEqual(['a', 'b', 'é'])
    expect(boundsOf(countedValues([10n, 9n, 2n ** 70n]), 3)).toEqual([10n, 2n ** 70n])
  })

  test('are none without a sample', () => {
    expect(boundsOf([], 3)).toEqual([])
  })
})
