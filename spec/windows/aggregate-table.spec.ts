import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ByteReader } from '../../lib/state/byte-reader.ts'
import { ByteWriter } from '../../lib/state/byte-writer.ts'
import { aggregateNode, aggregator, average, count, first, last, max, min, minBy, sum, toArray } from '../../lib/windows/aggregate-spec.ts'
import { createAggregateTable } from '../../lib/windows/aggregate-table.ts'
import { ExactSum } from '../../lib/windows/exact-sum.ts'
import type { FoldTable } from '../../lib/windows/fold-layout.ts'
import { readTable, writeTable } from '../../lib/windows/stored-table.ts'

const tableOf = (spec: unknown, pure = false): FoldTable => createAggregateTable(aggregateNode(spec)!, { pure })

const addAll = (table: FoldTable, slot: number, records: readonly unknown[], firstSeq = 0): void => {
  for (const [i, record] of records.entries()) {
    table.prepare(record)
    table.add(slot, record, i, firstSeq + i)
  }
}

const reread = (table: FoldTable, spec: unknown): FoldTable => {
  const writer = new ByteWriter()
  for (let slot = 0; slot < table.size; slot++) table.write(writer, slot)
  const reader = new ByteReader(writer.finish())
  const copy = tableOf(spec)
  for (let slot = 0; slot < table.size; slot++) copy.read(reader)
  reader.end()
  return copy
}

const storedWhole = (table: FoldTable, spec: unknown): FoldTable => {
  const writer = new ByteWriter()
  writeTable(writer, table, 0)
  const reader = new ByteReader(writer.finish())
  const copy = readTable(reader, tableOf(spec))
  reader.end()
  return copy
}

const value = (v: unknown): number => v as number
const numbers = fc.array(
  fc.oneof(fc.double({ noNaN: true }), fc.integer(), fc.constantFrom(0, -0, 0.1, 1e16, -1e16, 1.7e308, -1.7e308, 5e-324, 2 ** 53 - 1)),
  { minLength: 1, maxLength: 30 },
)

const exact = (values: readonly number[]): number => {
  const total = new ExactSum()
  for (const v of values) total.add(v)
  return total.value()
}

describe('a sum', () => {
  test('is the exact one rounded, after every record', () => {
    fc.assert(
      fc.property(numbers, (values) => {
        const table = tableOf(sum(value))
        for (const [i, v] of values.entries()) {
          addAll(table, 0, [v])
          expect(table.result(0)).toBe(exact(values.slice(0, i + 1)))
        }
      }),
      { numRuns: 1000 },
    )
  })

  test('of merged and stored parts is that of all', () => {
    fc.assert(
      fc.property(numbers, numbers, (a, b) => {
        const spec = { total: sum(value), mean: average(value) }
        const table = tableOf(spec)
        addAll(table, 0, a)
        addAll(table, 1, b)
        const restored = reread(table, spec)
        restored.merge(0, restored, 1)
        const total = exact([...a, ...b])
        expect(restored.result(0)).toEqual({ total, mean: total / (a.length + b.length) })
      }),
      { numRuns: 1000 },
    )
  })

  test('stored as a column goes on as if it had not been: −0, infinities and what has spilt included', () => {
    const spec = { n: count(), total: sum(value), mean: average(value), low: min(value), high: max(value) }
    const rows = fc.array(numbers, { maxLength: 20 })
    fc.assert(
      fc.property(rows, numbers, (slots, more) => {
        const table = tableOf(spec)
        for (const [slot, values] of slots.entries()) addAll(table, slot, values)
        const stored = storedWhole(table, spec)
        expect(stored.size).toBe(slots.length)
        for (const either of [table, stored]) {
          for (let slot = 0; slot <= slots.length; slot += 2) addAll(either, slot, more)
          either.merge(either.size, either, 0)
        }
        for (let slot = 0; slot < table.size; slot++) expect(stored.result(slot)).toEqual(table.result(slot))
      }),
      { numRuns: 1000 },
    )
  })

  test('stored as columns that do not belong together is corrupt', () => {
    const stored = (size: number, sums: readonly number[], lost: readonly number[]): ByteReader => {
      const writer = new ByteWriter()
      writer.varint(size)
      writer.f64s(sums)
      writer.f64s(lost)
      writer.varint(0)
      return new ByteReader(writer.finish())
    }
    expect(readTable(stored(2, [1, 2], []), tableOf(sum(value))).result(1)).toBe(2)
    for (const [size, sums, lost] of [[3, [1, 2], []], [2, [1, 2], [0]], [2, [1, NaN], []]] as const)
      expect(() => readTable(stored(size, sums, lost), tableOf(sum(value)))).toThrow('SNAPSHOT_CORRUPT')
  })

  test.each([NaN, '1', null, undefined, 1n])('refuses %s before anything is written', (v) => {
    const table = tableOf({ n: count(), total: sum(value) })
    addAll(table, 0, [1])
    expect(() => table.prepare(v)).toThrow(TypeError)
    expect(table.result(0)).toEqual({ n: 1, total: 1 })
  })
})

describe('extremes', () => {
  test('tell −0 from 0', () => {
    const table = tableOf({ low: min(value), high: max(value) })
    addAll(table, 0, [0, -0])
    expect(table.result(0)).toEqual({ low: -0, high: 0 })
  })
})

describe('records kept', () => {
  test('are the first to arrive of equals, whichever slot merges into which', () => {
    const spec = { least: minBy((r: { v: number }) => r.v), all: toArray(), first: first(), last: last() }
    const records = ['a', 'b', 'c', 'd'].map((name) => ({ name, v: 1 }))
    const at = (table: FoldTable, slot: number, i: number): void => {
      table.prepare(records[i])
      table.add(slot, records[i], 5, i)
    }
    for (const [into, from] of [[0, 1], [1, 0]] as const) {
      const table = tableOf(spec)
      at(table, 0, 1)
      at(table, 1, 0)
      at(table, 0, 2)
      at(table, 1, 3)
      table.merge(into, table, from)
      const [a, , , d] = records
      expect(table.result(into)).toEqual({ least: a, all: records, first: a, last: d })
    }
  })

  test('go by arrival where they have no time', () => {
    const table = tableOf({ first: first(), last: last() })
    for (const [i, record] of ['a', 'b', 'c'].entries()) table.add(0, record, NaN, i)
    expect(table.result(0)).toEqual({ first: 'a', last: 'c' })
  })

  test('are given in an array that later records do not reach', () => {
    const table = tableOf(toArray())
    addAll(table, 0, [1, 2])
    const result = table.result(0)
    addAll(table, 0, [3])
    expect(result).toEqual([1, 2])
  })
})

describe('a custom aggregator', () => {
  const bag = aggregator({
    init: () => [] as number[],
    add: (held: number[], v: number) => {
      held.push(v)
      if (v === 13) throw new Error('thirteen')
      return held
    },
    merge: (a, b) => {
      a.push(...b)
      return a
    },
    result: (held) => held,
  })

  test('that gives its accumulator gives a copy', () => {
    const table = tableOf(bag)
    addAll(table, 0, [1])
    const result = table.result(0)
    addAll(table, 0, [2])
    expect(result).toEqual([1])
  })

  test('leaves built-in fields as they were when it throws', () => {
    const table = tableOf({ n: count(), bag })
    addAll(table, 0, [1])
    expect(() => addAll(table, 0, [13])).toThrow('thirteen')
    expect(table.undo(0)).toBe(false)
    expect((table.result(0) as { n: number }).n).toBe(1)
  })

  test('can be undone again and again once it is guarded', () => {
    const table = tableOf({ n: count(), bag })
    addAll(table, 0, [1])
    table.guard()
    for (let v = 2; v < 40; v++) {
      expect(() => addAll(table, 0, [13])).toThrow('thirteen')
      expect(table.undo(0)).toBe(true)
      if (v !== 13) addAll(table, 0, [v])
    }
    expect((table.result(0) as { bag: number[] }).bag).toEqual(Array.from({ length: 39 }, (_, i) => i + 1).filter((v) => v !== 13))
  })

  test('takes back a slot that it failed to open', () => {
    const table = tableOf({ n: count(), bag })
    expect(() => addAll(table, 0, [13])).toThrow('thirteen')
    expect(table.undo(0)).toBe(true)
    expect(table.size).toBe(0)
    addAll(table, 0, [1])
    expect(table.result(0)).toEqual({ n: 1, bag: [1] })
  })

  test('merges copies: parts of a slot are not changed through another', () => {
    const groups = aggregator({
      init: () => new Map<string, number[]>(),
      add: (held: Map<string, number[]>, v: number) => held.set('x', [...(held.get('x') ?? []), v]),
      merge: (a, b) => {
        for (const [name, list] of b) {
          const own = a.get(name)
          if (own === undefined) a.set(name, list)
          else own.push(...list)
        }
        return a
      },
      result: (held) => held.get('x'),
    })
    const panes = tableOf(groups)
    addAll(panes, 0, [1])
    addAll(panes, 1, [2])
    for (let turn = 0; turn < 2; turn++) {
      const merged = tableOf(groups)
      merged.merge(0, panes, 0)
      merged.merge(0, panes, 1)
      expect(merged.result(0, true)).toEqual([1, 2])
    }
  })

  test('whose accumulator is undefined or null still merges', () => {
    const lastOne = aggregator({ init: () => null as unknown, add: (_: unknown, v: unknown) => v, merge: (_, b) => b, result: (held) => held })
    for (const v of [undefined, null]) {
      const table = tableOf(lastOne)
      addAll(table, 0, [v])
      table.merge(1, table, 0)
      expect(table.result(1)).toBe(v)
    }
  })
})
