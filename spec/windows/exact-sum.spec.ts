import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ExactSum } from '../../lib/windows/exact-sum.ts'

const summed = (values: Iterable<number>): ExactSum => {
  const sum = new ExactSum()
  for (const value of values) sum.add(value)
  return sum
}

/** A finite double in units of 2^-1074, of which each one is a whole number. */
const units = (value: number): bigint => {
  const bits = new BigUint64Array(new Float64Array([value]).buffer)[0]!
  const exponent = (bits >> 52n) & 0x7ffn
  const fraction = bits & 0xfffffffffffffn
  const magnitude = exponent === 0n ? fraction : (fraction | 0x10000000000000n) << (exponent - 1n)
  return bits >> 63n ? -magnitude : magnitude
}

/** The double nearest to so many units, half to even. */
const rounded = (total: bigint): number => {
  const magnitude = total < 0n ? -total : total
  const excess = Math.max(0, magnitude.toString(2).length - 53)
  let kept = magnitude >> BigInt(excess)
  const lost = magnitude - (kept << BigInt(excess))
  const half = excess === 0 ? 1n : 1n << BigInt(excess - 1)
  if (lost > half || (lost === half && kept % 2n === 1n)) kept += 1n
  const value = excess > 2097 ? Infinity : Number(kept) * 2 ** (excess - 1074)
  return total < 0n ? -value : value
}

const oracle = (values: readonly number[]): number => {
  if (values.some((value) => !Number.isFinite(value))) return values.reduce((sum, value) => sum + (Number.isFinite(value) ? 0 : value), 0)
  if (values.every((value) => Object.is(value, -0))) return -0
  return rounded(values.reduce((total, value) => total + units(value), 0n))
}

const power = fc.integer({ min: -1074, max: 1023 }).map((exponent) => 2 ** exponent)
const signed = (magnitude: fc.Arbitrary<number>): fc.Arbitrary<number> =>
  fc.tuple(magnitude, fc.boolean()).map(([value, minus]) => (minus ? -value : value))

const finite = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer(),
  fc.maxSafeInteger(),
  fc.integer({ min: -1000, max: 1000 }).map((cents) => cents / 100),
  signed(power),
  signed(
    fc.constantFrom(
      0,
      Number.MIN_VALUE,
      2 ** -1022,
      2 ** 53,
      2 ** 53 + 2,
      2 ** 970,
      2 ** 969,
      2 ** 971,
      2 ** 1023,
      1e308,
      Number.MAX_VALUE,
      Number.MAX_VALUE - 2 ** 971,
    ),
  ),
)

/** Values of which many cancel, but for what is left in the lowest bits. */
const cancelling = fc
  .tuple(fc.array(finite, { maxLength: 12 }), fc.array(finite, { maxLength: 3 }), fc.integer())
  .map(([values, left, seed]) => shuffled([...values, ...values.map((value) => -value), ...left], seed))
const many = fc.oneof(fc.array(finite, { maxLength: 30 }), cancelling)

const shuffled = (values: readonly number[], seed: number): number[] => {
  const result = [...values]
  let state = seed | 1
  for (let i = result.length - 1; i > 0; i--) {
    state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9
    const j = (state >>> 0) % (i + 1)
    ;[result[i], result[j]] = [result[j]!, result[i]!]
  }
  return result
}

describe('an exact sum', () => {
  test('is the exact total rounded once, half to even', () => {
    fc.assert(
      fc.property(many, (values) => {
        expect(summed(values).value()).toBe(oracle(values))
      }),
      { numRuns: 5000 },
    )
  })

  test('is the same near the largest double, where sums in between overflow', () => {
    const large = signed(
      fc.constantFrom(2 ** 1023, Number.MAX_VALUE, Number.MAX_VALUE - 2 ** 971, 2 ** 970, 2 ** 969, 2 ** 917, Number.MIN_VALUE, 1),
    )
    fc.assert(
      fc.property(fc.array(large, { maxLength: 12 }), (values) => {
        expect(summed(values).value()).toBe(oracle(values))
      }),
      { numRuns: 10_000 },
    )
  })

  test('is the same near a tie', () => {
    const near = signed(fc.constantFrom(2 ** 53, 2 ** 54, 1, 3, 0.5, 2 ** -60, 2 ** -1074, 2 ** 53 + 2))
    fc.assert(
      fc.property(fc.array(near, { maxLength: 8 }), (values) => {
        expect(summed(values).value()).toBe(oracle(values))
      }),
      { numRuns: 5000 },
    )
  })

  test('is the same in any order, dealt out in any way, stored and read in between', () => {
    fc.assert(
      fc.property(many, fc.integer(), fc.integer({ min: 1, max: 5 }), (values, seed, ways) => {
        const dealt = Array.from({ length: ways }, () => new ExactSum())
        shuffled(values, seed).forEach((value, i) => dealt[(i * 7 + seed) % ways === 0 ? 0 : i % ways]!.add(value))
        const total = new ExactSum()
        for (const part of dealt) total.merge(ExactSum.fromParts(part.toParts()))
        expect(total.value()).toBe(oracle(values))
      }),
      { numRuns: 3000 },
    )
  })

  test('goes on exactly after it was stored and read', () => {
    fc.assert(
      fc.property(many, many, (before, after) => {
        const sum = ExactSum.fromParts(summed(before).toParts())
        for (const value of after) sum.add(value)
        expect(sum.value()).toBe(oracle([...before, ...after]))
      }),
      { numRuns: 2000 },
    )
  })

  test('with NaN or infinities among the values is what plain addition of those gives', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(finite, fc.constantFrom(Infinity, -Infinity, NaN)), { maxLength: 6 }), (values) => {
        expect(summed(values).value()).toBe(oracle(values))
      }),
    )
  })

  test.each<[string, number[], number]>([
    ['of nothing is −0', [], -0],
    ['of −0 alone is −0', [-0, -0], -0],
    ['of −0 and 0 is 0', [-0, 0], 0],
    ['of values that cancel is 0', [0.1, -0.1], 0],
    ['of ten times 0.1 is 1', Array.from({ length: 10 }, () => 0.1), 1],
    ['survives an overflow in between', [1e308, 1e308, 0.1, 0.1, 1e30, 0.1, -1e30, -1e308, -1e308], 0.30000000000000004],
    ['is infinite where the total is', [Number.MAX_VALUE, 2 ** 970], Infinity],
    ['is the largest double just below that', [Number.MAX_VALUE, 2 ** 970, -Number.MIN_VALUE], Number.MAX_VALUE],
    ['rounds a tie to even', [2 ** 53, 1], 2 ** 53],
    ['rounds just above a tie up', [2 ** 53, 1, 2 ** -1074], 2 ** 53 + 2],
    ['adds subnormals', [Number.MIN_VALUE, Number.MIN_VALUE], 2 * Number.MIN_VALUE],
  ])('%s', (_, values, total) => {
    expect(summed(values).value()).toBe(total)
  })

  test('is simple while values and total are safe integers', () => {
    expect(summed([1, -2, 3]).isSimple).toBe(true)
    expect(summed([1, 0.5, 0.5]).isSimple).toBe(false)
    expect(summed([Number.MAX_SAFE_INTEGER, 1]).isSimple).toBe(false)
  })

  test('can be merged with itself', () => {
    const half = [0.5, 1e308, 1e308, -1e300]
    const sum = summed(half)
    sum.merge(sum)
    for (const value of [-1e308, -1e308, -1e308]) sum.add(value)
    expect(sum.value()).toBe(oracle([...half, ...half, -1e308, -1e308, -1e308]))
  })

  test('is 66 numbers at most, and still exact, where every bit that a double can have is used', () => {
    const values = Array.from({ length: 2098 }, (_, i) => 2 ** (i - 1074) * (i % 3 === 0 ? 1 : -1))
    for (const order of [values, values.toReversed(), shuffled(values, 1)]) {
      const sum = new ExactSum()
      for (const value of order) {
        sum.add(value)
        expect(sum.toParts().length).toBeLessThanOrEqual(66)
      }
      // Taken away one by one, down to the last bit.
      for (const value of values.slice(1)) sum.add(-value)
      expect(sum.value()).toBe(values[0])
    }
  })

  test.each([[[0.5]], [[]], [[1, 0]], [[0, 0.5]], [[0, 0, NaN]], [[NaN]]])('is not read from %j', (numbers) => {
    expect(() => ExactSum.fromParts(numbers)).toThrow(expect.objectContaining({ code: 'SNAPSHOT_CORRUPT' }))
  })
})
