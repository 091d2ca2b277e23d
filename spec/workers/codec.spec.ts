/** Batches as bytes and back. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Part } from '../../lib/state/part.ts'
import { ClonedInstances } from '../../lib/workers/codec/cloned-instances.ts'
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

  test('has parts with all they hold, alone and among other rows', () => {
    const number = fc.oneof(fc.double(), fc.integer(), fc.constantFrom(-0, NaN, Infinity))
    const plain = fc.array(number, { maxLength: 4 }).map((numbers) => new Part(numbers, null, null))
    const spilt = fc.array(number, { minLength: 1, maxLength: 3 }).map((numbers) => new Part(numbers, numbers.map(() => 0.5), [[0, [1, 2 ** 53]]]))
    fc.assert(
      fc.property(fc.array(fc.oneof({ weight: 5, arbitrary: plain }, spilt, fc.constant({ key: 1 })), { minLength: 1 }), fc.array(fc.double(), { minLength: 2, maxLength: 2 }), (some, same) => {
        const pair = new Pair(after)
        const alike = Array.from({ length: 30 }, () => new Part(same, null, null))
        for (const values of [alike, some, [...alike, ...some], alike]) assertSame(pair.values(values), values)
      }),
      { numRuns: 200 },
    )
  })

  test('refuses instances of classes, and where they are cloned has what structuredClone gives, counted', () => {
    const values = [{ id: 1, price: new Money(5) }, { id: 2, price: new Money(7) }, { id: 3, held: [new Map([['a', new Money(1)]])], error: new RangeError('no') }]
    expect(() => new Pair(after).values(values)).toThrow(/VALUE_NOT_TRANSFERABLE: \.price of the value is an instance of Money/)
    const instances = new ClonedInstances()
    const got = new Pair(after, instances).values(values)
    expect(got).toEqual(structuredClone(values))
    expect(Object.getPrototypeOf((got[0] as { price: object }).price)).toBe(Object.prototype)
    expect(instances.count).toBe(4)
    expect(() => new Pair(after, instances).values([{ price: Object.assign(new Money(1), { fn: () => 1 }) }])).toThrow(/\.price of the value is an instance of Money/)
  })
})

class Money {
  readonly cents: number

  constructor(cents: number) {
    this.cents = cents
  }
}
