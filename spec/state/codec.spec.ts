import assert from 'node:assert/strict'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { hasCode } from '../../lib/errors.ts'
import { decodeValue, encodeValue } from '../../lib/state/codec.ts'
import { tag, wireVersion } from '../../lib/state/wire.ts'
import { nested, plainValue } from './plain-values.ts'

const through = (value: unknown): unknown => decodeValue(encodeValue(value))
const corrupt = expect.objectContaining({ code: 'SNAPSHOT_CORRUPT' })

describe('a value that is encoded and decoded', () => {
  test('is equal to what it was, whatever plain value it is', () => {
    fc.assert(
      fc.property(plainValue, (value) => assert.deepStrictEqual(through(value), value)),
      { numRuns: 2000 },
    )
  })

  test('gives the same bytes when it is encoded again', () => {
    fc.assert(fc.property(plainValue, (value) => assert.deepStrictEqual(encodeValue(through(value)), encodeValue(value))))
  })

  test.each([-0, NaN, Infinity, -Infinity, Number.MIN_VALUE, Number.MAX_VALUE, 2 ** 31, -(2 ** 31), 4294967295])(
    'keeps the number %d',
    (value) => {
      expect(through(value)).toBe(value)
    },
  )

  test('keeps lone surrogates', () => {
    expect(through('\udc00a\ud800')).toBe('\udc00a\ud800')
  })

  test('keeps strings on both sides of every length at which they are written differently', () => {
    for (const unit of ['a', 'ÿ', 'Ā', '日']) {
      for (const length of [31, 32, 33, 63, 64, 65, 300]) expect(through(unit.repeat(length))).toBe(unit.repeat(length))
    }
  })

  test('keeps the order of fields', () => {
    expect(Object.keys(through({ z: 1, a: 2, m: 3 }) as object)).toEqual(['z', 'a', 'm'])
  })

  test('keeps a field called __proto__ as a field', () => {
    const back = through(JSON.parse('{"__proto__":{"admin":true}}')) as object
    expect(Object.keys(back)).toEqual(['__proto__'])
    expect(Object.getPrototypeOf(back)).toBe(Object.prototype)
  })

  test('has no prototype if it had none', () => {
    expect(Object.getPrototypeOf(through(Object.create(null)))).toBeNull()
  })

  test('has undefined where an array had holes', () => {
    const back = through([1, , 3]) as unknown[]
    expect(1 in back).toBe(true)
    expect(back).toEqual([1, undefined, 3])
  })

  test('is a Uint8Array if it was a Buffer', () => {
    const back = through(Buffer.from('mill')) as Uint8Array
    expect(Object.getPrototypeOf(back)).toBe(Uint8Array.prototype)
    expect([...back]).toEqual([...Buffer.from('mill')])
  })

  test('holds only the part of a buffer that a typed array showed', () => {
    const back = through(new Uint16Array(new Uint16Array([1, 2, 3, 4]).buffer, 2, 2)) as Uint16Array
    expect([...back]).toEqual([2, 3])
    expect(back.buffer.byteLength).toBe(4)
  })

  test('has the bytes that version 1 gave it', () => {
    const value = {
      n: 1,
      x: 0.5,
      t: 'é日',
      l: [true, null, -1n],
      at: new Date(0),
      m: new Map([[undefined, new Set([NaN])]]),
      r: /a/g,
      b: new Int16Array([1]),
    }
    expect(Buffer.from(encodeValue(value)).toString('hex')).toBe(
      '010808' +
        '026e0402' +
        '027805000000000000e03f' +
        '02740705e900e565' +
        '026c0a0303010bffffffffffffffff' +
        '0461740d0000000000000000' +
        '026d0e01000f0106' +
        '02721002610267' +
        '02621104020100',
    )
  })

  test('may be nested 1,000 levels deep', () => {
    expect(encodeValue(through(nested(1000)))).toEqual(encodeValue(nested(1000)))
  })

  test('may encode something else in a getter', () => {
    const value = {
      get inner() {
        return encodeValue('inner')
      },
    }
    expect(through(value)).toEqual({ inner: encodeValue('inner') })
  })
})

describe('a value that cannot be encoded is named by its path', () => {
  class Money {}
  const cycle: { self: unknown[] } = { self: [] }
  cycle.self.push(cycle)

  test.each<[string, unknown, string]>([
    ['a function', { a: { b: [1, 2, 3, () => 1] } }, '.a.b[3] of the value is a function'],
    ['a symbol', Symbol('s'), 'the value is a symbol'],
    ['a class instance', [{ price: new Money() }], '[0].price of the value is an instance of Money'],
    ['an object with a class for a prototype', Object.create({ inherited: 1 }), 'the value is an instance of Object'],
    ['a subclass of Map', { m: new (class Index extends Map {})() }, '.m of the value is an instance of Index'],
    ['a subclass of Array', new (class List extends Array {})(), 'the value is an instance of List'],
    ['an error', { 'not a name': new TypeError('x') }, '["not a name"] of the value is an instance of TypeError'],
    ['a promise', new Map([['p', Promise.resolve()]]), '.get("p") of the value is an instance of Promise'],
    ['a WeakMap', new Set([1, new WeakMap()]), '.values()[1] of the value is an instance of WeakMap'],
    ['a DataView', new DataView(new ArrayBuffer(1)), 'the value is an instance of DataView'],
    ['a SharedArrayBuffer', new SharedArrayBuffer(1), 'the value is an instance of SharedArrayBuffer'],
    ['a cycle', cycle, '.self[0] of the value is a reference back to what contains it (a cycle)'],
    ['too deep a nesting', nested(1001), 'of the value is nested more than 1000 levels deep'],
  ])('%s', (_, value, message) => {
    expect(() => encodeValue(value)).toThrow(
      expect.objectContaining({ code: 'VALUE_NOT_TRANSFERABLE', message: expect.stringContaining(message) }),
    )
  })

  test('and an error thrown by a getter is passed on as it is', () => {
    const thrown = new Error('mine')
    expect(() =>
      encodeValue({
        get a() {
          throw thrown
        },
      }),
    ).toThrow(thrown)
  })
})

describe('bytes that are no value', () => {
  const decodes = (bytes: Uint8Array): boolean => {
    try {
      decodeValue(bytes)
      return true
    } catch (error) {
      assert(hasCode(error, 'SNAPSHOT_CORRUPT'), error as Error)
      return false
    }
  }

  test('never end in another error than SNAPSHOT_CORRUPT', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => void decodes(new Uint8Array([wireVersion, ...bytes]))),
      { numRuns: 5000 },
    )
  })

  test('nor when one byte of a value was changed', () => {
    fc.assert(
      fc.property(plainValue, fc.nat(), fc.integer({ min: 1, max: 255 }), (value, place, flipped) => {
        const bytes = encodeValue(value)
        bytes[place % bytes.length]! ^= flipped
        decodes(bytes)
      }),
      { numRuns: 5000 },
    )
  })

  test('are refused wherever a value was cut off', () => {
    fc.assert(
      fc.property(plainValue, fc.nat(), (value, length) => {
        const bytes = encodeValue(value)
        expect(decodes(bytes.subarray(0, length % bytes.length))).toBe(false)
      }),
    )
  })

  test('are refused if something follows the value', () => {
    expect(() => decodeValue(new Uint8Array([...encodeValue(1), 0]))).toThrow(corrupt)
  })

  test('are refused if they are of another version', () => {
    expect(() => decodeValue(new Uint8Array([wireVersion + 1, tag.null]))).toThrow(/version 2, this release reads 1/)
  })

  test.each(
    Object.entries({ string: tag.string, array: tag.array, object: tag.object, map: tag.map, set: tag.set, arrayBuffer: tag.arrayBuffer }),
  )('are refused before room is made for more than they can hold: %s', (_, kind) => {
    expect(() => decodeValue(new Uint8Array([wireVersion, kind, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f]))).toThrow(/announced/)
  })

  test.each<[string, number[]]>([
    ['a number above the safe integers', [tag.array, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]],
    ['a number with needless zeros', [tag.array, 0x80, 0x00]],
    ['an unknown tag', [200]],
    ['a RegExp that does not compile', [tag.regExp, 2, 0x28, 0]],
    ['a bigint that is no number', [tag.bigint, 4, 0x7a, 0x7a]],
    ['a typed array cut within an element', [tag.typedArray, 8, 3, 0, 0, 0]],
    ['a typed array of unknown kind', [tag.typedArray, 99, 0]],
    ['a Map with one key twice', [tag.map, 2, tag.null, tag.null, tag.null, tag.null]],
    ['a Set with one member twice', [tag.set, 2, tag.null, tag.null]],
  ])('are refused: %s', (_, bytes) => {
    expect(() => decodeValue(new Uint8Array([wireVersion, ...bytes]))).toThrow(corrupt)
  })

  test('are refused if they nest a million deep', () => {
    const bytes = new Uint8Array(2_000_001).fill(1)
    for (let i = 1; i < bytes.length; i += 2) bytes[i] = tag.array
    expect(() => decodeValue(bytes)).toThrow(/more than 1000 levels/)
  })
})
