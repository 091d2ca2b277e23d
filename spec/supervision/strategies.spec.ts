import { describe, expect, test } from 'vitest'
import { backoffDelay, exponential } from '../../lib/supervision/backoff.ts'
import { oneForOne } from '../../lib/supervision/one-for-one.ts'

const chance = (value: number) => ({ next: () => value })

describe('exponential', () => {
  test('doubles from the first delay up to the last', () => {
    const backoff = exponential({ from: 100, to: 1000, jitter: 0 })
    expect([1, 2, 3, 4, 5, 2000].map((n) => backoffDelay(backoff, n, chance(0.5)))).toEqual([100, 200, 400, 800, 1000, 1000])
  })

  test('draws a share of each delay by chance', () => {
    const backoff = exponential({ from: 100, to: 1000, jitter: 0.2 })
    expect(backoffDelay(backoff, 1, chance(0))).toBeCloseTo(80)
    expect(backoffDelay(backoff, 1, chance(1))).toBeCloseTo(100)
  })

  test('goes from 100 ms to 10 s unless told otherwise', () => {
    expect(exponential()).toMatchObject({ from: 100, to: 10_000 })
  })

  test.each([{ from: -1 }, { from: 50, to: 40 }, { jitter: 1.1 }, { to: Infinity }, { factor: 3 }])('refuses %j', (options) => {
    expect(() => exponential(options)).toThrow(/OPTION_INVALID/)
  })
})

describe('oneForOne', () => {
  test('allows five restarts in a minute and three attempts, and restarts', () => {
    const strategy = oneForOne()
    expect(strategy).toMatchObject({ strategy: 'oneForOne', intensity: 5, period: 60_000, attempts: 3, backoff: { from: 100, to: 10_000 } })
    expect(strategy.decide({ error: null, record: 1, attempt: 1, operatorId: 'a' })).toBe('restart')
  })

  test.each([
    { intensity: -1 },
    { intensity: 1.5 },
    { period: 0 },
    { attempts: 0 },
    { attempts: '3' },
    { decide: 'resume' },
    { backoff: { from: 1 } },
    { backoff: null },
    { maxRestarts: 3 },
  ])('refuses %j', (options) => {
    expect(() => oneForOne(options as object)).toThrow(/OPTION_INVALID.*strategies\.spec\.ts/)
  })
})
