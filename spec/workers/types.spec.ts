/** How batches are written: which columns they become, what they cost, and what is refused. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { keyHash } from '../../lib/state/key.ts'
import { BatchReader } from '../../lib/workers/codec/batch-reader.ts'
import { Dictionary } from '../../lib/workers/codec/dictionary.ts'
import { full, Space } from '../../lib/workers/codec/space.ts'
import { nested } from '../state/plain-values.ts'
import { codecModes, Pair, rowsOf } from './frames.ts'

const many = <T>(make: (i: number) => T, count = 1_000): T[] => Array.from({ length: count }, (_, i) => make(i))
const thrownBy = (call: () => unknown): unknown => {
  try {
    return call()
  } catch (error) {
    return error
  }
}
const kindOf = (pair: Pair, values: readonly unknown[], ...path: string[]) => pair.pass(rowsOf(values)).column(...path)?.kind

describe('a column', () => {
  test.each<[string, (i: number) => unknown, string]>([
    ['whole numbers', (i) => i - 500, 'int'],
    ['numbers beyond 32 bits', (i) => 1.7e12 + i, 'double'],
    ['fractions', (i) => i / 2, 'double'],
    ['−0 among whole numbers', (i) => (i === 7 ? -0 : i), 'double'],
    ['booleans', (i) => i % 2 === 0, 'boolean'],
    ['strings that come again', (i) => `n${i % 10}`, 'word'],
    ['long strings', (i) => `${i}`.padEnd(100), 'text'],
    ['null', () => null, 'null'],
    ['undefined', () => undefined, 'undefined'],
    ['whole numbers or null', (i) => (i % 3 === 0 ? null : i), 'int'],
    ['strings or undefined', (i) => (i % 3 === 0 ? undefined : 'a'), 'word'],
    ['numbers and strings', (i) => (i % 2 === 0 ? i : `${i}`), 'any'],
    ['dates', (i) => new Date(i), 'any'],
    ['arrays', (i) => [i], 'any'],
  ])('is made of a field of %s', (_, make, kind) => {
    expect(kindOf(new Pair(), many((i) => ({ id: i, field: make(i) })), 'field')).toBe(kind)
  })

  test('is made of rows that are no objects', () => {
    expect(kindOf(new Pair(), many((i) => i))).toBe('int')
  })

  test('is made of a field of a field', () => {
    const pair = new Pair()
    const fired = many((i) => ({ key: `k${i % 5}`, window: { start: i, end: i + 10 }, value: { n: 1, total: 0.5 }, pane: { index: 0, timing: 'on-time', isLast: true } }))
    const batch = pair.pass(rowsOf(fired))
    expect([batch.column('window', 'end')?.kind, batch.column('value', 'total')?.kind, batch.column('pane', 'timing')?.kind]).toEqual(['int', 'double', 'word'])
    expect(pair.bytes / fired.length).toBeLessThan(30)
  })

  test.each(Object.entries(codecModes))('has the values of the rows, %s', (_, after) => {
    const values = many((i) => ({ int: i, double: i / 2, is: i % 2 === 0, word: `n${i % 10}`, text: `${i}`.padEnd(100), maybe: i % 3 === 0 ? null : i % 3 === 1 ? undefined : i }))
    const batch = new Pair(after).pass(rowsOf(values))
    const at = (name: string, i: number): unknown => {
      const column = batch.column(name)!
      if (!('values' in column)) return column.kind
      const presence = column.presence?.[i] ?? 0
      if (presence !== 0) return presence === 1 ? null : undefined
      const value = column.values[i]
      return column.kind === 'word' ? column.words[value as number] : column.kind === 'boolean' ? value === 1 : value
    }
    for (const i of [0, 1, 2, 500, 999]) {
      const row = values[i]!
      expect(Object.fromEntries(Object.keys(row).map((name) => [name, at(name, i)]))).toEqual(row)
    }
  })

  test('is not there where rows have no such field in common', () => {
    const pair = new Pair()
    const batch = pair.pass(rowsOf(many((i) => (i % 2 === 0 ? { a: i } : { b: i }))))
    expect([batch.column('a'), batch.column('c'), batch.column()]).toEqual([undefined, undefined, undefined])
  })

  test('is there where the rows have it in common, whatever else each of them has', () => {
    const orders = many((i) => (i % 2 === 0 ? { type: 'order', id: i, cents: i } : { type: 'payment', by: `n${i % 5}`, id: -i }))
    const batch = new Pair().pass(rowsOf(orders))
    expect([batch.column('type')?.kind, batch.column('cents'), batch.column('by')]).toEqual(['word', undefined, undefined])
    const ids = batch.column('id')!
    expect(ids.kind === 'int' && [...ids.values]).toEqual(orders.map(({ id }) => id))
  })

  test('of keys is there beside that of the rows, with the hash of each', () => {
    const keys = many((i) => `k${i % 20}`)
    const batch = new Pair().pass(rowsOf(many((i) => i), { keys, hashes: keys.map(keyHash) }))
    expect(batch.keyColumn()?.kind).toBe('word')
    expect([...batch.hashes()!]).toEqual(keys.map(keyHash))
    expect(batch.keys()).toEqual(keys)
  })
})

describe('the type of rows', () => {
  test('is found anew when a field appears, goes, or becomes another', () => {
    const pair = new Pair()
    const kinds = [{ a: 1 }, { a: 1, b: 2 }, { b: 2 }, { b: 'x' }].map((row) => {
      const batch = pair.pass(rowsOf(many(() => row)))
      expect(batch.rows()[999]).toEqual(row)
      return ['a', 'b'].map((name) => batch.column(name)?.kind)
    })
    expect(kinds).toEqual([['int', undefined], ['int', 'int'], [undefined, 'int'], [undefined, 'word']])
  })

  test('serves rows of some shapes together, and rows of very many as values of any kind', () => {
    const pair = new Pair()
    const [few, lots] = [4, 20].map((shapes) => many((i) => ({ id: i, [`field${i % shapes}`]: i })))
    expect([kindOf(pair, few!, 'id'), kindOf(pair, lots!, 'id'), kindOf(pair, lots!)]).toEqual(['int', undefined, 'any'])
  })

  test('serves rows whose shape differs from batch to batch, when it has changed some times', () => {
    const pair = new Pair()
    const batches = many((i) => [i % 2 === 0 ? { id: i, a: 1 } : { id: i, b: 'x' }], 20)
    const columns = batches.map((values, i) => {
      const batch = pair.pass(rowsOf(values))
      expect(batch.rows()).toEqual(values)
      return batch.column(i % 2 === 0 ? 'a' : 'b')?.kind
    })
    expect(columns.slice(0, 2)).toEqual(['int', 'word'])
    expect(columns.slice(-2)).toEqual([undefined, undefined])
  })

  test('does not narrow from one batch to the next', () => {
    const pair = new Pair()
    expect([1.5, 1, 2.5, 2].map((n) => kindOf(pair, [{ n }], 'n'))).toEqual(['double', 'double', 'double', 'double'])
  })

  test('is that of the batches before as well, where one is of both', () => {
    const pair = new Pair()
    expect([1, null, 2, 0.5].map((n) => kindOf(pair, [{ n }], 'n'))).toEqual(['int', 'int', 'int', 'double'])
  })

  test('narrows when odd values have been over for a while', () => {
    const pair = new Pair()
    pair.values(['a', 1])
    expect(many(() => kindOf(pair, [1, 2, 3]), 300)).toEqual([...many(() => 'any', 7), ...many(() => 'int', 293)])
  })

  test('is told once', () => {
    const pair = new Pair()
    const values = many((i) => ({ someName: i }), 10)
    pair.values(values)
    const first = pair.bytes
    pair.values(values)
    expect(first - pair.bytes).toBeGreaterThan('someName'.length)
    expect(pair.bytes).toBeLessThanOrEqual(32 + 16 + 4 * 10)
  })

  test('is told again when many others have come, and old rows can be read still', () => {
    const pair = new Pair()
    const shapes = many((i) => [{ [`field${i}`]: i }], 40)
    const sent = [...shapes, ...shapes].map((values) => {
      const batches = many(() => pair.pass(rowsOf(values)), 20)
      return { values, batches, bytes: pair.bytes }
    })
    for (const { values, batches } of sent) for (const batch of batches) expect(batch.rows()).toEqual(values)
    const anew = pair.pass(rowsOf(shapes[0]!)).bytes
    expect(anew).toBeGreaterThan(sent[0]!.bytes)
  })
})

describe('strings', () => {
  test('that come again cost two bytes', () => {
    const pair = new Pair()
    const words = many((i) => `a string of some length ${i % 50}`)
    pair.values(words)
    pair.values(words)
    expect(pair.bytes / words.length).toBeLessThan(2.1)
  })

  test('of which few come again are sent as they are after a while, and tried again later', () => {
    const pair = new Pair()
    let next = 0
    const kindAfter = (batches: number, make: () => string): string | undefined => {
      let kind: string | undefined
      for (let batch = 0; batch < batches; batch++) kind = kindOf(pair, many(make))
      return kind
    }
    expect(kindAfter(3, () => `${next++}`)).toBe('word')
    expect(kindAfter(20, () => `${next++}`)).toBe('text')
    expect(kindAfter(5_000, () => 'again')).toBe('word')
  })

  test('more than a dictionary holds come through, in one batch and in many', () => {
    for (const size of [100_000, 30_000]) {
      const pair = new Pair()
      for (let batch = 0; batch < 5; batch++) {
        const words = many((i) => `${i * (batch + 1)}`, size)
        expect(pair.values(words)).toEqual(words)
      }
      expect(kindOf(pair, many((i) => `${i}`))).toBe('text')
    }
  })

  test('a dictionary holds no more than half a million characters of', () => {
    const dictionary = new Dictionary()
    let units = 0
    for (let i = 0; dictionary.add(`${i}`.padStart(60)) >= 0; i++) units += 60
    expect(units).toBeGreaterThan(2 ** 19 - 60)
    expect(units).toBeLessThanOrEqual(2 ** 19)
  })

  test('that were cut from long texts do not keep those alive', () => {
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    const pair = new Pair()
    const cut = (i: number): string => `${i}`.padEnd(1_000_000, 'x').slice(0, 20)
    collect()
    const before = process.memoryUsage().heapUsed
    for (let i = 0; i < 50; i++) pair.values([cut(i)])
    collect()
    expect((process.memoryUsage().heapUsed - before) / 2 ** 20).toBeLessThan(10)
    expect(pair.values([cut(0)])).toEqual([cut(0)])
  })

  test('come as they were when an earlier batch is read after later ones, for which the dictionary was begun anew', () => {
    const pair = new Pair()
    const batches = many((batch) => many((i) => ({ word: `${batch * 8_500 + (i % 8_500)}`, text: `${i}`.padEnd(70) }), 20_000 + batch), 12)
    const read = batches.map((values) => pair.pass(rowsOf(values)))
    expect(read.map((batch) => batch.column('word')?.kind)).toEqual(batches.map(() => 'word'))
    for (const which of [3, 0, 11, 1, 7, 2]) expect(read[which]!.rows()).toEqual(batches[which])
  })
})

describe('a value that cannot be sent', () => {
  class Money {}
  const cycle: unknown[] = []
  cycle.push(cycle)

  test.each<[string, unknown, string]>([
    ['a class instance', { a: 1, price: new Money() }, '.price of the value is an instance of Money'],
    ['a row that is one', new Money(), 'the value is an instance of Money'],
    ['a function in an array', { list: [1, { f: () => 1 }] }, '.list[1].f of the value is a function'],
    ['a symbol', Symbol('s'), 'the value is a symbol'],
    ['a cycle', { self: cycle }, '.self[0] of the value is a reference back to what contains it (a cycle)'],
    ['too deep a nesting', { deep: nested(1_000) }, 'of the value is nested more than 1000 levels deep'],
    ['an error', { failed: new Error('x') }, '.failed of the value is an instance of Error'],
  ])('is named by its place: %s', (_, value, message) => {
    for (const after of [0, Infinity])
      for (const values of [[value], [{ a: 1, price: 2 }, value]])
        expect(() => new Pair(after).values(values)).toThrow(expect.objectContaining({ code: 'VALUE_NOT_TRANSFERABLE', message: expect.stringContaining(message) }))
  })

  test('is refused though rows of its shape went through before', () => {
    const pair = new Pair()
    const values: unknown[] = many((i) => ({ price: i }), 10)
    pair.values(values)
    expect(() => pair.values([...values, { price: new Money() }])).toThrow('.price of the value is an instance of Money')
    expect(pair.values(values)).toEqual(values)
  })

  test('among rows of its fields is told from them by its class alone', () => {
    class Row {
      id = 1
    }
    const pair = new Pair()
    pair.values([{ id: 1 }])
    expect(() => pair.values([{ id: 1 }, new Row()])).toThrow('the value is an instance of Row')
  })

  test('leaves nothing behind in what is written next', () => {
    const pair = new Pair()
    expect(() => pair.values([{ word: 'unheard', f: () => 1 }])).toThrow('.f of the value is a function')
    expect(pair.values([{ word: 'unheard', f: 1 }])).toEqual([{ word: 'unheard', f: 1 }])
    expect(() => pair.values([{ any: [1] }, { any: ['kept'] }, { any: [() => 1] }])).toThrow('.any[0] of the value is a function')
    expect(pair.values([{ any: [2] }, { any: [3] }])).toEqual([{ any: [2] }, { any: [3] }])
  })
})

describe('a frame', () => {
  const rows = rowsOf(many((i) => ({ id: i, word: `n${i}`, text: `${i}`.repeat(30), any: [i] }), 100), { times: many((i) => i + 1, 100), keys: many((i) => `k${i}`, 100), marks: [5], markAt: [3] })

  test('that does not fit is written as if it had not been tried', () => {
    const { writer, reader } = new Pair()
    const whole = new Pair().pass(rows).bytes
    for (let room = 0; room < whole; room += 64) {
      expect(thrownBy(() => writer.write(rows, new Space(new ArrayBuffer(room), false), 0))).toBe(full)
    }
    const space = new Space(new ArrayBuffer(65_536), false)
    expect(writer.write(rows, space, 0)).toBe(whole)
    const batch = reader.read(space, 0)
    expect([batch.rows(), batch.keys(), batch.times()]).toEqual([rows.values, rows.keys, rows.times])
  })

  test('written after forget can be read by one who has read none before', () => {
    const pair = new Pair()
    pair.pass({ ...rows, origin: 'a' })
    pair.pass({ ...rows, origin: 'a' })
    pair.writer.forget()
    for (const reader of [pair.reader, new BatchReader()]) {
      const space = new Space(new ArrayBuffer(65_536), false)
      pair.writer.forget()
      pair.writer.write({ ...rows, origin: 'a' }, space, 0)
      const batch = reader.read(space, 0)
      expect([batch.rows(), batch.keys(), batch.origin]).toEqual([rows.values, rows.keys, 'a'])
    }
  })

  test('of rows of three numbers and a short string has 18 bytes a row', () => {
    const pair = new Pair()
    const values = many((i) => ({ key: i % 1_000, value: i % 500, time: 1.7e12 + i, name: `station-${i % 200}` }), 1_024)
    pair.values(values)
    pair.values(values)
    expect(pair.bytes / values.length).toBeLessThan(18.2)
  })

  test('has four bytes for each time that is near the first, none where there are none', () => {
    const pair = new Pair()
    const bytes = [many((i) => 1.7e12 + i), many((i) => 1.7e12 + i / 2), many(() => NaN), []].map((times) => {
      pair.pass(rowsOf(many(() => null), { times }))
      pair.pass(rowsOf(many(() => null), { times }))
      return pair.bytes
    })
    expect(bytes.map((count) => count - bytes[3]!)).toEqual([4_008, 8_000, 0, 0])
  })
})
