import assert from 'node:assert/strict'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeValue, encodeValue } from '../../lib/state/codec.ts'
import { copyValue } from '../../lib/state/copy.ts'
import { nested, plainValue } from './plain-values.ts'

const objectsIn = (value: unknown, found = new Set<object>()): Set<object> => {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return found
  found.add(value)
  const children = value instanceof Map ? [...value.keys(), ...value.values()] : value instanceof Set ? [...value] : Object.values(value)
  for (const child of children) objectsIn(child, found)
  return found
}

describe('a copy', () => {
  test('is what storing and reading the value gives', () => {
    fc.assert(
      fc.property(plainValue, (value) => assert.deepStrictEqual(copyValue(value), decodeValue(encodeValue(value)))),
      { numRuns: 1000 },
    )
  })

  test('shares no object with the value', () => {
    fc.assert(
      fc.property(plainValue, (value) => {
        const own = objectsIn(copyValue(value))
        for (const object of objectsIn(value)) expect(own.has(object)).toBe(false)
      }),
    )
  })

  test('shares no bytes with the value', () => {
    const value = { bytes: new Uint8Array([1]), buffer: new ArrayBuffer(1) }
    const copy = copyValue(value)
    value.bytes[0] = 2
    expect(copy.bytes[0]).toBe(1)
    expect(copy.buffer).not.toBe(value.buffer)
  })

  test('has no prototype if the value has none', () => {
    expect(Object.getPrototypeOf(copyValue(Object.create(null)))).toBeNull()
  })

  test.each<[unknown, string]>([
    [() => 1, 'the value is a function'],
    [Symbol('s'), 'the value is a symbol'],
    [{ a: [{ b: new Error('x') }] }, '.a[0].b of the value is an instance of Error'],
    [nested(1001), 'nested more than 1000 levels deep'],
  ])('is refused with the path of what cannot be copied (%#)', (value, message) => {
    expect(() => copyValue(value)).toThrow(
      expect.objectContaining({ code: 'VALUE_NOT_TRANSFERABLE', message: expect.stringContaining(message) }),
    )
  })
})
