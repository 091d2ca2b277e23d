import { describe, expect, test } from 'vitest'
import { Histogram } from './histogram.ts'

const of = (...all: readonly number[]): Histogram => {
  const histogram = new Histogram()
  for (const ms of all) histogram.add(ms)
  return histogram
}

describe('a histogram', () => {
  test('gives what a share of all do not exceed', () => {
    const histogram = of(...Array.from({ length: 1_000 }, (_, index) => (index + 1) / 1_000))
    expect([histogram.count, histogram.atMost(0.5), histogram.atMost(0.99), histogram.atMost(1), histogram.max]).toEqual([1_000, 0.5, 0.99, 1, 1])
  })

  test.each([0.001, 2.047, 2.048, 7.3, 99, 4_321, 86_400_000])('is off by no more than 0.1 % at %s ms', (ms) => {
    const found = of(ms, ms * 2).atMost(0.5)
    expect(found).toBeGreaterThanOrEqual(ms)
    expect(found).toBeLessThanOrEqual(ms * 1.001)
  })

  test('counts what is below 0 as 0', () => {
    expect(of(-5).atMost(0.5)).toBe(0)
  })

  test('joined with others is that of all', () => {
    const joined = of(1, 2)
    joined.addAll(JSON.parse(JSON.stringify(of(0.5, 500).data)) as never)
    expect(joined.data).toEqual(of(1, 2, 0.5, 500).data)
    expect(joined.count).toBe(4)
  })

  test('of nothing knows nothing', () => {
    expect([of().count, of().atMost(0.5), of().max]).toEqual([0, NaN, NaN])
  })
})
