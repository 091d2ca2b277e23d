import fc from 'fast-check'
import stableStringify from 'fast-json-stable-stringify'
import { describe, expect, test } from 'vitest'
import { canonicalKey, keyHash } from '../../lib/state/key.ts'
import { KeyIndex } from '../../lib/state/key-index.ts'
import { nested } from './plain-values.ts'

/** Few different values, so that equal keys and near misses are common. */
const leaf = fc.oneof(
  fc.constantFrom<unknown>(
    0,
    -0,
    1,
    '1',
    1n,
    true,
    false,
    'true',
    '',
    '[1]',
    '{"a":1}',
    '\u0000',
    '\u0000[1]',
    '\u0000\u0000[1]',
    '1n',
    'a',
    'é',
  ),
  fc.string({ unit: 'binary', maxLength: 2 }),
)

const key: fc.Arbitrary<unknown> = fc.letrec<{ key: unknown }>((tie) => ({
  key: fc.oneof(
    { maxDepth: 3 },
    leaf,
    fc.array(tie('key'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('a', 'b', '10', '9', '__proto__', 'é'), tie('key'), { maxKeys: 3 }),
  ),
})).key

/** Equality of keys, written down another way: names sorted, −0 as 0, each value with its type. */
const typed = (value: unknown): unknown => {
  if (Array.isArray(value)) return ['array', ...value.map(typed)]
  if (typeof value === 'object' && value !== null)
    return [
      'object',
      ...Object.keys(value)
        .sort()
        .map((name) => [name, typed((value as Record<string, unknown>)[name])]),
    ]
  return [typeof value, String(value)]
}
const areEqual = (a: unknown, b: unknown): boolean => JSON.stringify(typed(a)) === JSON.stringify(typed(b))

const numbersAsBigints = (value: unknown): unknown => {
  if (typeof value === 'bigint') return `${value}`
  if (Array.isArray(value)) return value.map(numbersAsBigints)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, held]) => [name, numbersAsBigints(held)]))
}

class Money {}

const notKeys: [string, unknown, string][] = [
  ['undefined', undefined, 'the key is undefined'],
  ['null', null, 'the key is null'],
  ['NaN', NaN, 'the key is NaN'],
  ['an infinity', -Infinity, 'the key is -Infinity'],
  ['a function', () => 1, 'the key is a function'],
  ['a symbol', Symbol('s'), 'the key is a symbol'],
  ['a class instance', new Money(), 'the key is an instance of Money'],
  ['a Date', [new Date(0)], '[0] of the key is an instance of Date'],
  ['a Map', { a: new Map() }, '.a of the key is an instance of Map'],
  ['a typed array', new Uint8Array(2), 'the key is an instance of Uint8Array'],
  ['undefined in an object', { a: { b: undefined } }, '.a.b of the key is undefined'],
  ['null in an array', [1, null], '[1] of the key is null'],
  ['NaN in an array', [[NaN]], '[0][0] of the key is NaN'],
  ['a hole', [1, , 2], '[1] of the key is undefined'],
  ['a symbol as a field name', [{ [Symbol('s')]: 1 }], '[0] of the key is an object with a symbol for a field name'],
  ['too deep a nesting', nested(1001), 'nested more than 1000 levels deep'],
]

describe('keyHash', () => {
  test("of a string is Kafka's", () => {
    expect(keyHash('foobar')).toBe(-790332482)
  })

  test('of keys that are no strings is the one their groups were first computed with', () => {
    expect([1, -2.5, 1n, true, [1, 'a'], { b: 1n, a: [] }].map(keyHash)).toMatchInlineSnapshot(`
      [
        796948265,
        -195800205,
        -707107848,
        -370384800,
        545107727,
        -459047249,
      ]
    `)
  })

  test('differs between 1, "1", 1n and true, and where one lies in an object', () => {
    for (const wrap of [(value: unknown) => value, (value: unknown) => [value], (value: unknown) => ({ a: value })]) {
      expect(new Set([1, '1', 1n, true].map((value) => keyHash(wrap(value)))).size).toBe(4)
    }
  })

  test('is the same for equal keys', () => {
    fc.assert(
      fc.property(key, key, (a, b) => {
        if (areEqual(a, b)) expect(keyHash(a)).toBe(keyHash(b))
      }),
      { numRuns: 2000 },
    )
  })

  test('does not tell −0 from 0, nor one order of fields from another', () => {
    expect(keyHash(-0)).toBe(keyHash(0))
    expect(keyHash({ a: 0, b: [-0] })).toBe(keyHash({ b: [0], a: -0 }))
  })

  test.each(notKeys)('refuses %s', (_, value, message) => {
    expect(() => keyHash(value)).toThrow(expect.objectContaining({ code: 'KEY_NOT_HASHABLE', message: expect.stringContaining(message) }))
  })

  test('refuses a cycle', () => {
    const cycle: Record<string, unknown> = {}
    cycle['a'] = [cycle]
    expect(() => keyHash(cycle)).toThrow(/\.a\[0\] of the key is a reference back to what contains it/)
  })
})

describe('canonicalKey', () => {
  test('is equal exactly where keys are', () => {
    fc.assert(
      fc.property(key, key, (a, b) => {
        expect(canonicalKey(a) === canonicalKey(b)).toBe(areEqual(a, b))
      }),
      { numRuns: 10_000 },
    )
  })

  test('leaves primitives as they are', () => {
    expect(['a', '', 1, 1n, true].map(canonicalKey)).toEqual(['a', '', 1, 1n, true])
  })

  test('writes arrays and objects as fast-json-stable-stringify does', () => {
    fc.assert(
      fc.property(key.map(numbersAsBigints), (value) => {
        if (typeof value === 'object') expect(canonicalKey(value)).toBe(`\u0000${stableStringify(value)}`)
      }),
    )
  })

  test.each(notKeys)('refuses %s', (_, value, message) => {
    expect(() => canonicalKey(value)).toThrow(
      expect.objectContaining({ code: 'KEY_NOT_HASHABLE', message: expect.stringContaining(message) }),
    )
  })
})

describe('KeyIndex', () => {
  test('numbers keys in order of first arrival, whatever its maps hold', () => {
    fc.assert(
      fc.property(fc.array(key), fc.integer({ min: 1, max: 5 }), (keys, entriesMax) => {
        const index = new KeyIndex(entriesMax)
        const seen: unknown[] = []
        for (const each of keys) {
          const known = seen.findIndex((other) => areEqual(each, other))
          expect(index.find(each)).toBe(known)
          if (known < 0) seen.push(each)
          expect(index.add(each)).toBe(known < 0 ? seen.length - 1 : known)
        }
        expect(index.size).toBe(seen.length)
      }),
    )
  })

  test('gives a key back as it first came, −0 as 0', () => {
    const index = new KeyIndex()
    const first = { a: 1, b: 2 }
    index.add(first)
    index.add({ b: 2, a: 1 })
    index.add(-0)
    expect(index.keyAt(0)).toBe(first)
    expect(index.keyAt(1)).toBe(0)
  })

  test.each(notKeys)('refuses %s and stays as it was', (_, value, message) => {
    const index = new KeyIndex()
    for (const call of [() => index.find(value), () => index.add(value)]) {
      expect(call).toThrow(expect.objectContaining({ code: 'KEY_NOT_HASHABLE', message: expect.stringContaining(message) }))
    }
    expect(index.size).toBe(0)
  })
})
