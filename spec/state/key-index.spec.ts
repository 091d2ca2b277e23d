/** Slots of keys, whether they lie in the array, in a Map, or in one of several Maps. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { KeyIndex } from '../../lib/state/key-index.ts'
import { canonicalKey } from '../../lib/state/key.ts'

const key = fc.oneof(fc.nat(100), fc.nat(2000), fc.nat(2 ** 31), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constant(-0), fc.nat(20).map(String), fc.boolean())

test('a key keeps the number of its first arrival, small whole numbers among large ones and other kinds', () => {
  fc.assert(
    fc.property(fc.array(key, { maxLength: 800, size: 'max' }), fc.constantFrom(5, 1000), fc.constantFrom(0, 30, 10_000), (keys, entriesMax, denseFrom) => {
      const index = new KeyIndex(entriesMax, denseFrom)
      const expected = new Map<unknown, number>()
      for (const one of keys) {
        const canonical = canonicalKey(one)
        expect(index.find(one)).toBe(expected.get(canonical) ?? -1)
        if (!expected.has(canonical)) expected.set(canonical, expected.size)
        expect(index.add(one)).toBe(expected.get(canonical))
        expect(index.keyAt(index.find(one))).toBe(one === 0 ? 0 : one)
      }
      expect(index.size).toBe(expected.size)
    }),
    { numRuns: 100 },
  )
})

test.each([NaN, Infinity, -Infinity])('%s is no key, and takes no number', (one) => {
  const index = new KeyIndex()
  expect(() => index.add(one)).toThrow('KEY_NOT_HASHABLE')
  expect(index.size).toBe(0)
})

test('many keys are found in one go, each as it would be alone; what is no int32 is left to the search alone', () => {
  fc.assert(
    fc.property(fc.array(key, { maxLength: 300 }), fc.array(key, { maxLength: 100 }), fc.constantFrom(0, 10_000), (known, asked, denseFrom) => {
      const index = new KeyIndex(1000, denseFrom)
      for (const one of known) index.add(one)
      const slots = new Int32Array(asked.length)
      index.findAll(asked, asked.length, slots)
      asked.forEach((one, i) => expect(slots[i]).toBe(typeof one === 'number' && (one | 0) === one ? index.find(one) : -1))
    }),
  )
})

test('one that is cleared knows nothing, and numbers anew, however full it was', () => {
  for (const size of [0, 1, 12, 1000]) {
    const index = new KeyIndex(1000, 100)
    for (let one = 0; one < 1000; one++) index.add(one * 3)
    index.add('a')
    index.clear()
    for (let one = 0; one < size; one++) index.add(one)
    index.clear()
    expect(index.size).toBe(0)
    expect([index.find(0), index.find(7), index.find('a')]).toEqual([-1, -1, -1])
    expect([index.add('a'), index.add(7), index.find('a')]).toEqual([0, 1, 0])
    expect([index.keyAt(0), index.keyAt(1)]).toEqual(['a', 7])
  }
})
