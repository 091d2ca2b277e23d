import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ByteReader } from '../../lib/state/byte-reader.ts'
import { ByteWriter } from '../../lib/state/byte-writer.ts'

const written = (write: (writer: ByteWriter) => void): ByteReader => {
  const writer = new ByteWriter(1)
  write(writer)
  return new ByteReader(writer.finish())
}

describe('ByteWriter and ByteReader', () => {
  test('read back, in order, all that was written', () => {
    const reader = written((writer) => {
      writer.u8(255)
      writer.u32(4294967295)
      writer.varint(300)
      writer.i32(-1)
      writer.f64(-0)
      writer.string('mill')
      writer.bytes(new Uint8Array([1, 2]))
      writer.value({ a: 1 })
      writer.f64s([0.5, 1, 2], 2)
      writer.i32s([-7, 7, 9], 2)
    })
    expect([reader.u8(), reader.u32(), reader.varint(), reader.i32(), reader.f64(), reader.string()]).toEqual([
      255,
      4294967295,
      300,
      -1,
      -0,
      'mill',
    ])
    expect([...reader.bytes()]).toEqual([1, 2])
    expect(reader.value()).toEqual({ a: 1 })
    expect([...reader.f64s()]).toEqual([0.5, 1])
    expect([...reader.i32s()]).toEqual([-7, 7])
    reader.end()
  })

  test('carry every non-negative safe integer as varint, in at most 8 bytes', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.nat(53), (value, bits) => {
        for (const number of [value, 2 ** bits - 1, Math.min(2 ** bits, Number.MAX_SAFE_INTEGER)]) {
          const reader = written((writer) => writer.varint(number))
          expect(reader.remaining).toBeLessThanOrEqual(8)
          expect(reader.varint()).toBe(number)
          reader.end()
        }
      }),
    )
  })

  test('write a column in the same bytes from a typed array and from any other array', () => {
    const doubles = [1.5, -0, 1e300]
    expect(written((writer) => writer.f64s(new Float64Array(doubles), 2)).f64s()).toEqual(
      written((writer) => writer.f64s(doubles, 2)).f64s(),
    )
    const integers = [1, -(2 ** 31), 5]
    expect(written((writer) => writer.i32s(new Int32Array(integers), 2)).i32s()).toEqual(
      written((writer) => writer.i32s(integers, 2)).i32s(),
    )
  })

  test('read from a view that begins inside its buffer', () => {
    const writer = new ByteWriter()
    writer.string('skipped')
    writer.f64s([1, 2])
    const reader = new ByteReader(writer.finish().subarray(8))
    expect([...reader.f64s()]).toEqual([1, 2])
  })

  test('leave what was written before a value that is refused', () => {
    const reader = written((writer) => {
      writer.u8(7)
      expect(() => writer.value({ big: 'x'.repeat(100), bad: () => 1 })).toThrow(/\.bad of the value/)
      writer.u8(8)
    })
    expect([reader.u8(), reader.u8()]).toEqual([7, 8])
    reader.end()
  })

  test('start anew after finish', () => {
    const writer = new ByteWriter()
    writer.u8(1)
    const first = writer.finish()
    writer.u8(2)
    expect([[...first], [...writer.finish()]]).toEqual([[1], [2]])
  })

  test('start anew after finish in bytes of their own, however many there were, and room made or not', () => {
    for (const room of [0, 4_000_000]) {
      const writer = new ByteWriter()
      writer.reserve(room)
      writer.bytes(new Uint8Array(3_900_000).fill(7))
      const first = writer.finish()
      writer.bytes(new Uint8Array(3_900_000).fill(9))
      expect(first.length).toBe(3_900_004)
      expect(first.every((byte, i) => i < 4 || byte === 7)).toBe(true)
    }
  })

  test.each<[string, (writer: ByteWriter) => void]>([
    ['u8 256', (writer) => writer.u8(256)],
    ['u32 −1', (writer) => writer.u32(-1)],
    ['i32 2^31', (writer) => writer.i32(2 ** 31)],
    ['varint −1', (writer) => writer.varint(-1)],
    ['varint 2^53', (writer) => writer.varint(2 ** 53)],
    ['varint 0.5', (writer) => writer.varint(0.5)],
    ['more doubles than there are', (writer) => writer.f64s(new Float64Array(4).subarray(0, 1), 2)],
    ['more integers than there are', (writer) => writer.i32s([1], 2)],
  ])('refuse %s', (_, write) => {
    expect(() => written(write)).toThrow(expect.objectContaining({ code: 'VALUE_NOT_TRANSFERABLE' }))
  })

  test('make no room for a column that cannot follow', () => {
    const columns = [(reader: ByteReader) => reader.f64s(), (reader: ByteReader) => reader.i32s()]
    for (const read of columns) {
      const reader = written((writer) => writer.varint(Number.MAX_SAFE_INTEGER))
      expect(() => read(reader)).toThrow(/values are announced, 0 bytes are left/)
    }
  })

  test.each<[string, (reader: ByteReader) => unknown]>([
    ['u8', (reader) => reader.u8()],
    ['u32', (reader) => reader.u32()],
    ['i32', (reader) => reader.i32()],
    ['f64', (reader) => reader.f64()],
    ['varint', (reader) => reader.varint()],
    ['string', (reader) => reader.string()],
    ['bytes', (reader) => reader.bytes()],
    ['f64s', (reader) => reader.f64s()],
    ['i32s', (reader) => reader.i32s()],
    ['value', (reader) => reader.value()],
  ])('find the end of the bytes: %s', (_, read) => {
    expect(() => read(new ByteReader(new Uint8Array(0)))).toThrow(expect.objectContaining({ code: 'SNAPSHOT_CORRUPT' }))
  })
})
