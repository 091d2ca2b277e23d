/** Batches as bytes and back. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { codecModes, Pair, rowsOf } from './frames.ts'
import { anyValue, batchesOfValues } from './random-rows.ts'
import { assertSame } from './same.ts'

/** A value of each type of column, and some that belong to another. */
const usual = { int: 1, double: 0.5, boolean: true, word: 'a', text: 'a'.repeat(100), null: null, undefined: undefined, any: [1] }
const odds: readonly unknown[] = [-0, 0, 1.5, NaN, 2 ** 31, '1', 'b'.repeat(100), '日', true, null, undefined, 1n, {}, [], { a: 1 }, new Date(0), Object.create(null)]
const wraps: readonly ((value: unknown) => unknown)[] = [(value) => value, (id) => ({ id, n: 1 }), (id) => ({ at: { id } })]

describe.each(Object.entries(codecModes))('a batch that is written and read, %s', (_, after) => {
  test('has the values that structuredClone would give, whatever the batches before it were like', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(batchesOfValues, (batches) => {
        const pair = new Pair(after)
        for (const values of batches) assertSame(pair.values(values), structuredClone(values))
      }),
      { numRuns: 400 },
    )
  })

  test('has them also where no two are alike', { timeout: 60_000 }, () => {
    const pair = new Pair(after)
    fc.assert(
      fc.property(anyValue, fc.boolean(), (value, inRow) => {
        const values = inRow ? [{ id: 1, value }] : [value]
        assertSame(pair.values(values), structuredClone(values))
      }),
      { numRuns: 1_200 },
    )
  })

  test('has the keys, times, hashes, marks and origin it had', () => {
    const pair = new Pair(after)
    const time = fc.oneof(fc.integer({ min: 1.7e12, max: 1.7e12 + 1e6 }), fc.constantFrom(NaN, -0, 0, Infinity, 5), fc.double())
    const keys = fc.oneof(fc.array(fc.integer()), fc.array(fc.string()), fc.array(fc.record({ a: fc.string(), b: fc.nat() })), fc.array(anyValue))
    fc.assert(
      fc.property(keys, fc.infiniteStream(time), fc.array(fc.tuple(fc.nat(), time)), fc.string(), fc.boolean(), (keys, times, marks, origin, isHashed) => {
        const rows = rowsOf(keys.map((_, i) => i), {
          keys,
          times: keys.map(() => times.next().value),
          hashes: isHashed ? Int32Array.from(keys, (_, i) => i * -7919) : null,
          markAt: marks.map(([place]) => place),
          marks: marks.map(([, mark]) => mark),
          origin,
        })
        pair.pass(rows)
        const back = pair.pass(rows)
        expect(back.length).toBe(keys.length)
        assertSame(
          { ...rows, values: back.rows(), keys: back.keys(), times: back.times(), hashes: back.hashes(), markAt: back.markAt, marks: back.marks, origin: back.origin },
          { ...rows, keys: structuredClone(keys) },
        )
      }),
      { numRuns: 300 },
    )
  })

  test.each(Object.entries(usual))('has a value that does not fit, %s, behind many that do', (_, value) => {
    for (const odd of odds)
      for (const wrap of wraps) {
        const pair = new Pair(after)
        const values = Array.from({ length: 25 }, () => wrap(value))
        pair.values(values)
        for (const batch of [[...values, wrap(odd)], values, [wrap(odd), ...values]]) assertSame(pair.values(batch), structuredClone(batch))
      }
  })

  test('has rows whose fields differ in number or order from those before', () => {
    const shapes = [{ a: 1, b: 'x' }, { a: 1 }, { a: 1, b: undefined }, { a: 1, b: [1] }, { a: 1, b: 'x', c: 1 }, { b: 'x', a: 1 }, { a: 1, c: 'x' }, {}, { a: 1, b: { c: 1 } }, { a: 1, b: { c: 1, d: 2 } }]
    for (const first of shapes)
      for (const odd of shapes) {
        const pair = new Pair(after)
        const values = Array.from({ length: 25 }, () => first)
        pair.values(values)
        for (const batch of [[...values, odd], values, [odd], [first, odd, first]]) assertSame(pair.values(batch), structuredClone(batch))
      }
  })
})
