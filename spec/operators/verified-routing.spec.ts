import { describe, test } from 'vitest'
import {
  aggregate, broadcast, count, eventTime, filter, from, hash, isolate, keyBy, map, merge, mergeWith, parallelism, partition, range, rebalance,
  sideOutput, take, tumbling, window,
} from 'millrace'
import type { DataStream, Partitioner } from 'millrace'
import { verifyOperator } from 'millrace/testing'

const numbers = Array.from({ length: 12 }, (_, i) => i + 1)
const words = ['to', 'be', 'or', 'not', 'to', 'be']
/** The first record that each of three instances gets. */
const firstOfEach = <T>(by: Partitioner<T>) => (s: DataStream<T>): DataStream<T> =>
  s.pipe(partition(by, { parallelism: 3 }), take(1, { id: 'first', parallelism: 3 }))

describe('in every way the engine may run it', () => {
  test('keyBy brings the records of a key together', async () => {
    await verifyOperator((s: DataStream<string>) => s.pipe(keyBy((word) => word), aggregate(count(), { id: 'n' })), {
      input: words,
      expected: [
        { key: 'to', value: 1 },
        { key: 'be', value: 1 },
        { key: 'or', value: 1 },
        { key: 'not', value: 1 },
        { key: 'to', value: 2 },
        { key: 'be', value: 2 },
      ],
    })
  })

  test('keyBy brings the records of a key together on several instances', async () => {
    await verifyOperator((s: DataStream<string>) => s.pipe(keyBy((word) => word, { parallelism: 3 }), aggregate(count(), { id: 'n' })), {
      input: words,
      expected: [...new Set(words)].map((key) => ({ key, value: 1 })).concat([{ key: 'to', value: 2 }, { key: 'be', value: 2 }]),
      anyOrder: true,
    })
  })

  test('keyBy buries a record whose key cannot be had or hashed', async () => {
    const keyOf = (n: number): number => {
      if (n === 3) throw new Error('no key')
      return n === 4 ? NaN : n % 2
    }
    await verifyOperator((s: DataStream<number>) => s.pipe(keyBy(keyOf), take(2, { id: 'first' })), { input: numbers, expected: [1, 2, 5, 6], fails: [3, 4] })
  })

  test('partition by a function sends each record to the instance of that number', async () => {
    await verifyOperator(firstOfEach<number>((record, n) => record % n), { input: numbers, expected: [1, 2, 3], anyOrder: true })
  })

  test('partition by range sends each record between its bounds', async () => {
    await verifyOperator(firstOfEach<number>(range([5, 10], (n) => n)), { input: numbers, expected: [1, 5, 10], anyOrder: true })
  })

  test('partition by a sampled range cuts the first records into equal parts, and keeps the bounds', async () => {
    // Of 9, 1, 5, 4, 8 and 2 each of three instances gets two: up to 2, up to 5, and above.
    const input = [9, 1, 5, 4, 8, 2, 3, 10, 0]
    await verifyOperator(
      (s: DataStream<number>) => s.pipe(partition(range.sampled(6, (n: number) => n), { id: 'by-size', parallelism: 3 }), take(2, { id: 'first', parallelism: 3 })),
      { input, expected: [1, 2, 5, 4, 9, 8], anyOrder: true },
    )
  })

  test('partition by a sampled range keeps the order of what goes to one instance, held or not', async () => {
    await verifyOperator((s: DataStream<number>) => s.pipe(partition(range.sampled(5, (n: number) => -n), { id: 'one', parallelism: 1 }), map((n) => n + 1)), {
      input: numbers,
      expected: numbers.map((n) => n + 1),
    })
  })

  test('partition by a sampled range lets go of fewer records than it wants at the end', async () => {
    await verifyOperator((s: DataStream<number>) => s.pipe(partition(range.sampled(100, (n: number) => n), { id: 'all' })), { input: numbers, expected: numbers })
  })

  test('a window behind a sampled range finds the same records late as without it', async () => {
    const late = sideOutput<number>('late')
    const windows = (s: DataStream<number>) =>
      s.pipe(
        eventTime((n) => n),
        partition(range.sampled(7, (n: number) => n), { id: 'held' }),
        keyBy(() => 'all'),
        window(tumbling(10), { lateTo: late }),
        aggregate(count(), { id: 'n' }),
        map(({ window: { start }, value }) => [start, value]),
      )
    const expected = [[0, 2], [10, 2], [20, 1], [30, 3]]
    await verifyOperator((s: DataStream<number>) => merge(windows(s), from(late)), { input: [1, 5, 12, 3, 15, 22, 14, 31, 8, 39, 30], expected: [...expected, 3, 14, 8], anyOrder: true })
  })

  test('partition buries a record whose value is not to be compared with those before', async () => {
    const valueOf = (n: number): number => (n === 2 || n === 9 ? NaN : n)
    await verifyOperator((s: DataStream<number>) => s.pipe(partition(range.sampled(4, valueOf), { id: 'some' })), {
      input: numbers,
      expected: numbers.filter((n) => n !== 2 && n !== 9),
      fails: [2, 9],
    })
  })

  test('partition by hash keeps equal values together', async () => {
    // murmur2 mod 3: 'to' 0, 'be' 2, 'or' 1, 'not' 2.
    await verifyOperator(firstOfEach<string>(hash((word) => word)), { input: words, expected: ['to', 'be', 'or'], anyOrder: true })
  })

  test('partition buries a record whose place cannot be had', async () => {
    const place = (n: number): number => (n === 7 ? 3 : n === 8 ? -1 : n === 9 ? 0.5 : 0)
    await verifyOperator((s: DataStream<number>) => s.pipe(partition(place, { parallelism: 3 }), map((n) => n, { parallelism: 3 })), {
      input: numbers,
      expected: [1, 2, 3, 4, 5, 6, 10, 11, 12],
      fails: [7, 8, 9],
    })
  })

  test('rebalance loses and doubles nothing', async () => {
    await verifyOperator((s: DataStream<number>) => s.pipe(rebalance({ parallelism: 3 }), map((n) => n * 2)), {
      input: numbers,
      expected: numbers.map((n) => n * 2),
      anyOrder: true,
    })
  })

  test('broadcast gives every instance every record', async () => {
    await verifyOperator((s: DataStream<number>) => s.pipe(broadcast({ parallelism: 3 }), map((n) => n * 2)), {
      input: numbers,
      expected: numbers.flatMap((n) => [n * 2, n * 2, n * 2]),
      anyOrder: true,
    })
  })

  test('isolate keeps records and their order', async () => {
    await verifyOperator((s: DataStream<number>) => s.pipe(isolate(), map((n) => n + 1), isolate()), { input: numbers, expected: numbers.map((n) => n + 1) })
  })

  test('parallelism loses and doubles nothing', async () => {
    await verifyOperator((s: DataStream<number>) => s.pipe(parallelism(3), filter((n) => n !== 4)), {
      input: numbers,
      expected: numbers.filter((n) => n !== 4),
      anyOrder: true,
    })
  })

  test('merge joins two branches of one stream', async () => {
    await verifyOperator((s: DataStream<number>) => merge(s.pipe(filter((n) => n % 2 === 0)), s.pipe(map((n) => -n), isolate())), {
      input: numbers,
      expected: [...numbers.filter((n) => n % 2 === 0), ...numbers.map((n) => -n)],
      anyOrder: true,
    })
  })

  test('merge of one stream keeps its order', async () => {
    await verifyOperator((s: DataStream<number>) => merge(s), { input: numbers, expected: numbers })
  })

  test('mergeWith joins its stream with another, the same one too', async () => {
    await verifyOperator((s: DataStream<number>) => s.pipe(mergeWith(s.pipe(map((n) => `${n}`))), mergeWith(s)), {
      input: numbers,
      expected: [...numbers, ...numbers, ...numbers.map((n) => `${n}`)],
      anyOrder: true,
    })
  })
})
