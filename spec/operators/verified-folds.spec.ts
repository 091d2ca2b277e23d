import { describe, test } from 'vitest'
import { aggregate, aggregator, average, count, eventTime, first, keyBy, last, max, maxBy, min, minBy, reduce, scan, sum, toArray } from 'millrace'
import type { DataStream, Spec } from 'millrace'
import { verifyOperator } from 'millrace/testing'
import { byReference } from './expected.ts'

interface Row {
  readonly id: number
  readonly key: string | number
  readonly value: number
}

const rows: Row[] = [3, 0.1, 0.2, 1e16, 3, -1e16, -0, 7, 7, 2].map((value, id) => ({ id, key: ['a', 1, 'b'][id % 3]!, value }))
const refused = rows[4]!
const ones = [1, 2, 3, 4, 5, 6]
const refuse = (row: Row): number => {
  if (row.id === refused.id) throw new Error(`row ${row.id} is refused`)
  return row.value
}
const keyed = (s: DataStream<Row>) => s.pipe(eventTime((row) => 100 - row.id * (row.id % 2)), keyBy((row) => row.key))

const specs: Readonly<Record<string, Spec<Row, unknown>>> = {
  count: count(),
  sum: sum((row) => row.value),
  average: average((row) => row.value),
  min: min((row) => row.value),
  max: max((row) => row.value),
  minBy: minBy((row) => row.value),
  maxBy: maxBy((row) => `${row.value}`),
  first: first(),
  last: last(),
  toArray: toArray(),
  'an object of specs': { n: count(), total: sum((row: Row) => row.value), least: minBy((row: Row) => row.value), all: toArray<Row>() },
  'an own aggregator': aggregator<Row, Set<number>, number[]>({
    init: () => new Set(),
    add: (seen, row) => seen.add(row.value),
    merge: (a, b) => new Set([...a, ...b]),
    result: (seen) => [...seen],
  }),
  'an own aggregator that returns its accumulator': aggregator<Row, number[], number[]>({
    init: () => [],
    add: (all, row) => (all.push(row.id), all),
    merge: (a, b) => [...a, ...b],
    result: (all) => all,
  }),
}

const refusing: Readonly<Record<string, Spec<Row, unknown>>> = {
  sum: sum(refuse),
  average: average(refuse),
  min: min(refuse),
  max: max(refuse),
  minBy: minBy(refuse),
  maxBy: maxBy(refuse),
  'an object of specs': { all: toArray<Row>(), total: sum(refuse), n: count() },
  'an own aggregator that has changed its accumulator': aggregator<Row, number[], number[]>({
    init: () => [],
    add: (all, row) => {
      all.push(row.id)
      refuse(row)
      return all
    },
    merge: (a, b) => [...a, ...b],
    result: (all) => all,
  }),
  'an own aggregator in its result': aggregator<Row, readonly number[], number>({
    init: () => [],
    add: (all, row) => [...all, row.id],
    merge: (a, b) => [...a, ...b],
    result: (all) => {
      if (all.at(-1) === refused.id) throw new Error('the result is refused')
      return all.length
    },
  }),
}

describe('in every way the engine may run it', () => {
  test('scan folds a number for each key', async () => {
    await verifyOperator((s: DataStream<number>) => s.pipe(keyBy((n) => n % 2), scan((total, n) => total + n, 0, { id: 'total' })), {
      input: ones,
      expected: [1, 2, 4, 6, 9, 12].map((value, i) => ({ key: (i + 1) % 2, value })),
    })
  })

  test('scan buries the record whose call throws, and keeps the fold before it', async () => {
    const stage = (s: DataStream<number>) =>
      s.pipe(
        keyBy((n) => n % 2),
        scan(
          (total, n) => {
            if (n === 3) throw new Error('three')
            return total + n
          },
          0,
          { id: 'total' },
        ),
      )
    await verifyOperator(stage, { input: ones, expected: [[1, 1], [0, 2], [0, 6], [1, 6], [0, 12]].map(([key, value]) => ({ key, value })), fails: [3] })
  })

  test('scan emits a copy of an object that it changes in place', async () => {
    const stage = (s: DataStream<number>) => s.pipe(keyBy((n) => n % 2), scan((all: number[], n) => (all.push(n), all), [], { id: 'all' }))
    await verifyOperator(stage, {
      input: ones,
      expected: [[1, [1]], [0, [2]], [1, [1, 3]], [0, [2, 4]], [1, [1, 3, 5]], [0, [2, 4, 6]]].map(([key, value]) => ({ key, value })),
    })
  })

  test('scan takes back what a failed call did to its object', async () => {
    const stage = (s: DataStream<number>) =>
      s.pipe(
        keyBy(() => 'all'),
        scan(
          (all: { ids: number[] }, n: number) => {
            all.ids.push(n)
            if (n % 3 === 0) throw new Error(`${n} is refused`)
            return all
          },
          () => ({ ids: [] }),
          { id: 'all' },
        ),
      )
    await verifyOperator(stage, {
      input: ones,
      expected: [[1], [1, 2], [1, 2, 4], [1, 2, 4, 5]].map((ids) => ({ key: 'all', value: { ids } })),
      fails: [3, 6],
    })
  })

  test('scan keeps its folds apart on several instances', async () => {
    await verifyOperator((s: DataStream<number>) => s.pipe(keyBy((n) => n % 2, { parallelism: 3 }), scan((total, n) => total + n, 0, { id: 'total' })), {
      input: ones,
      expected: [1, 2, 4, 6, 9, 12].map((value, i) => ({ key: (i + 1) % 2, value })),
      anyOrder: true,
    })
  })

  test('reduce starts with the first record of each key', async () => {
    const stage = (s: DataStream<Row>) => keyed(s).pipe(reduce((a, b) => (b.value >= a.value ? b : a), { id: 'most' }))
    await verifyOperator(stage, byReference(stage, rows, { outputs: 10 }))
  })

  test('reduce buries the record whose call throws', async () => {
    const stage = (s: DataStream<Row>) => keyed(s).pipe(reduce((a, b) => ({ ...b, value: a.value + refuse(b) }), { id: 'total' }))
    await verifyOperator(stage, byReference(stage, rows, { outputs: 9, fails: 1 }))
  })

  for (const [name, spec] of Object.entries(specs))
    test(`aggregate gives ${name} after each record`, async () => {
      const stage = (s: DataStream<Row>) => keyed(s).pipe(aggregate(spec as Spec<Row, { value: unknown }>, { id: 'fold' }))
      await verifyOperator(stage, { ...byReference(stage, rows, { outputs: 10 }), crashPlaces: 12 })
    })

  for (const [name, spec] of Object.entries(refusing))
    test(`aggregate buries the record that ${name} throws on`, async () => {
      const stage = (s: DataStream<Row>) => keyed(s).pipe(aggregate(spec as Spec<Row, { value: unknown }>, { id: 'fold' }))
      await verifyOperator(stage, { ...byReference(stage, rows, { outputs: 9, fails: 1 }), crashPlaces: 12 })
    })
})
