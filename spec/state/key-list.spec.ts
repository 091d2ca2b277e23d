/** Keys in a snapshot, written run by run while their index takes more. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ByteReader } from '../../lib/state/byte-reader.ts'
import { ByteWriter } from '../../lib/state/byte-writer.ts'
import { KeyIndex } from '../../lib/state/key-index.ts'
import { groupOf, putOwned, readKeys, runKeys } from '../../lib/state/key-list.ts'
import type { KeyList, StoredKeys } from '../../lib/state/key-list.ts'

const indexOf = (keys: readonly unknown[]): KeyIndex => {
  const index = new KeyIndex()
  for (const key of keys) index.add(key)
  return index
}
const integersFrom = (from: number, count: number): number[] => Array.from({ length: count }, (_, i) => from + i)

const written = (list: KeyList, between: () => void = () => {}): StoredKeys => {
  const writer = new ByteWriter()
  while (!list.writeSome(writer)) between()
  const reader = new ByteReader(writer.finish())
  const read = readKeys(reader)
  reader.end()
  return read
}

describe('keys', () => {
  test('of every kind are read as they were, with their groups', () => {
    const key = fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.string({ unit: 'binary' }), fc.bigInt(), fc.boolean(), fc.record({ a: fc.integer(), b: fc.array(fc.string()) }))
    fc.assert(
      fc.property(fc.oneof(fc.array(key), fc.array(fc.integer()), fc.array(fc.string())), (keys) => {
        const index = indexOf(keys)
        const expected = integersFrom(0, index.size).map((slot) => index.keyAt(slot))
        const read = written(index.list(128))
        expect(Array.from(read.keys)).toEqual(expected)
        expect([...read.groups]).toEqual(expected.map((one) => groupOf(one, 128)))
      }),
    )
  })

  test('of several runs are read in order', () => {
    const texts = integersFrom(0, 2 * runKeys + 5).map((i) => `key ${i}`)
    for (const keys of [texts, integersFrom(-7, 2 * runKeys), [...integersFrom(0, runKeys), 'last']]) expect(Array.from(written(indexOf(keys).list(8)).keys)).toEqual(keys)
  })

  test.each([
    ['more whole numbers', integersFrom(5, 3 * runKeys)],
    ['a text', ['text']],
  ])('are those of the moment of the list, though %s come while it is written', (_, later) => {
    const keys = integersFrom(0, runKeys + 5)
    const index = indexOf(keys)
    expect(Array.from(written(index.list(128), () => later.forEach((key) => index.add(key))).keys)).toEqual(keys)
  })

  test('are still written when the index has been cleared', () => {
    const keys = integersFrom(0, runKeys + 5)
    const index = indexOf(keys)
    const clear = (): void => {
      index.clear()
      index.add('other')
    }
    expect(Array.from(written(index.list(128), clear).keys)).toEqual(keys)
    expect(Array.from(written(index.list(128)).keys)).toEqual(['other'])
  })

  test('are those of the moment though a later list is written first', () => {
    const keys = integersFrom(0, runKeys + 5).map(String)
    const index = indexOf(keys)
    const earlier = index.list(128)
    for (const i of integersFrom(0, 2 * runKeys)) index.add(`later ${i}`)
    written(index.list(128))
    expect(Array.from(written(earlier).keys)).toEqual(keys)
  })

  test('a run of another length than its groups is corrupt', () => {
    for (const groups of [[], [0], [0, 0, 0]]) {
      const writer = new ByteWriter()
      writer.varint(2)
      writer.u8(0)
      writer.bytes(new Uint8Array(Uint16Array.from(groups).buffer))
      writer.i32s([1, 2])
      expect(() => readKeys(new ByteReader(writer.finish()))).toThrow('SNAPSHOT_CORRUPT')
    }
  })
})

describe('what is dealt out', () => {
  const parts = [
    { keys: ['a', 'b', 'c'], groups: Uint16Array.of(5, 2, 5), held: 'first' },
    { keys: ['d', 'e', 'f'], groups: Uint16Array.of(2, 5, 9), held: 'second' },
  ]
  const dealt = (same: boolean, given: typeof parts): string[] => {
    const put: string[] = []
    putOwned(given, { same, owns: (group) => group < 9 }, (key, held, slot) => void put.push(`${String(key)} ${held} ${slot}`))
    return put
  }

  test('keeps its order at the same parallelism', () => {
    expect(dealt(true, [parts[0]!])).toEqual(['a first 0', 'b first 1', 'c first 2'])
  })

  test('comes by group ascending at another, each group in its own order, what belongs to others left out', () => {
    expect(dealt(false, parts)).toEqual(['b first 1', 'd second 0', 'a first 0', 'c first 2', 'e second 1'])
  })
})
