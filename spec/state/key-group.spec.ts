import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { groupRange, instanceOfGroup, keyGroup, partitionOfHash } from '../../lib/state/key-group.ts'

const scale = fc
  .integer({ min: 1, max: 32_768 })
  .chain((max) => fc.tuple(fc.integer({ min: 1, max: Math.min(max, 300) }), fc.constant(max)))

describe('key groups', () => {
  test('lie between 0 and maxParallelism − 1 for every hash', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 32_768 }), (hash, max) => {
        const group = keyGroup(hash, max)
        expect(group >= 0 && group < max && Number.isInteger(group)).toBe(true)
      }),
    )
  })

  test('ranges follow one another from 0 to maxParallelism, none empty', () => {
    fc.assert(
      fc.property(scale, ([parallelism, max]) => {
        let next = 0
        for (let instance = 0; instance < parallelism; instance++) {
          const { from, to } = groupRange(instance, parallelism, max)
          expect(from).toBe(next)
          expect(to).toBeGreaterThan(from)
          next = to
        }
        expect(next).toBe(max)
      }),
    )
  })

  test('ranges differ by one group at most', () => {
    fc.assert(
      fc.property(scale, ([parallelism, max]) => {
        const sizes = Array.from({ length: parallelism }, (_, instance) => groupRange(instance, parallelism, max)).map(
          ({ from, to }) => to - from,
        )
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1)
      }),
    )
  })

  test('belong to the instance whose range they lie in', () => {
    fc.assert(
      fc.property(scale, fc.nat(), ([parallelism, max], any) => {
        const group = any % max
        const { from, to } = groupRange(instanceOfGroup(group, parallelism, max), parallelism, max)
        expect(from <= group && group < to).toBe(true)
      }),
      { numRuns: 2000 },
    )
  })

  test("ranges are Flink's: 128 groups over 3 instances", () => {
    expect([0, 1, 2].map((instance) => groupRange(instance, 3, 128))).toEqual([
      { from: 0, to: 43 },
      { from: 43, to: 86 },
      { from: 86, to: 128 },
    ])
  })
})

test("a hash goes to the partition that Kafka's toPositive(hash) % n gives", () => {
  expect(partitionOfHash(-790332482, 10)).toBe(Number((BigInt(-790332482) & 0x7fffffffn) % 10n))
})
