import { describe, test } from 'vitest'
import { eventTime, filter, flatMap, keyBy, map, MillraceError, skip, take, tap } from 'millrace'
import type { DataStream } from 'millrace'
import { verifyOperator } from 'millrace/testing'
import { byReference } from './expected.ts'

const numbers = Array.from({ length: 12 }, (_, i) => i + 1)
const refuse = (n: number, refused = 5): number => {
  if (n === refused) throw new Error(`${n} is refused`)
  return n
}

describe('in every way the engine may run it', () => {
  test('map gives the result of its function, and buries what it throws on', async () => {
    await verifyOperator((s: DataStream<number>) => s.pipe(map((n) => refuse(n) * 2)), {
      input: numbers,
      expected: [2, 4, 6, 8, 12, 14, 16, 18, 20, 22, 24],
      fails: [5],
    })
  })

  test('map passes undefined and null on as records', async () => {
    await verifyOperator((s: DataStream<number>) => s.pipe(map((n) => (n % 2 === 0 ? undefined : null))), { input: [1, 2, 3], expected: [null, undefined, null] })
  })

  test('filter keeps what its function says yes to', async () => {
    await verifyOperator((s: DataStream<number>) => s.pipe(filter((n) => refuse(n) % 2 === 1)), { input: numbers, expected: [1, 3, 7, 9, 11], fails: [5] })
  })

  test('flatMap passes the records of arrays on', async () => {
    await verifyOperator((s: DataStream<number>) => s.pipe(flatMap((n) => (refuse(n) % 3 === 0 ? [] : [n, -n]))), {
      input: numbers,
      expected: [1, -1, 2, -2, 4, -4, 7, -7, 8, -8, 10, -10, 11, -11],
      fails: [5],
    })
  })

  test('flatMap reads generators to their end', async () => {
    const upTo = function* (n: number): Generator<number> {
      for (let i = 1; i <= n; i++) yield n * 10 + i
    }
    await verifyOperator((s: DataStream<number>) => s.pipe(flatMap(upTo)), { input: [2, 0, 3, 1], expected: [21, 22, 31, 32, 33, 11] })
  })

  test('flatMap gives nothing of a generator that throws half-way', async () => {
    const halfWay = function* (n: number): Generator<number> {
      yield n
      yield refuse(n)
      yield n
    }
    await verifyOperator((s: DataStream<number>) => s.pipe(flatMap(halfWay)), { input: [4, 5, 6], expected: [4, 4, 4, 6, 6, 6], fails: [5] })
  })

  test('flatMap gives more outputs of one record than a batch holds', async () => {
    const many = function* (n: number): Generator<number> {
      for (let i = 0; i < n; i++) yield i
    }
    const expected = [...many(1), ...many(1500), ...many(2)]
    await verifyOperator((s: DataStream<number>) => s.pipe(flatMap(many)), { input: [1, 1500, 2], expected })
  })

  test('flatMap gives nothing of a generator that throws after more outputs than a batch holds', async () => {
    const many = function* (n: number): Generator<number> {
      for (let i = 0; i < n; i++) yield i
      if (n > 1000) throw new Error('too many')
    }
    await verifyOperator((s: DataStream<number>) => s.pipe(flatMap(many)), { input: [2, 1100, 1], expected: [0, 1, 0], fails: [1100] })
  })

  test('tap passes every record on that its function takes', async () => {
    await verifyOperator((s: DataStream<number>) => s.pipe(tap((n) => void refuse(n))), { input: numbers, expected: numbers.filter((n) => n !== 5), fails: [5] })
  })

  test('take ends after its records', async () => {
    await verifyOperator((s: DataStream<number>) => s.pipe(take(4, { id: 'first' })), { input: numbers, expected: [1, 2, 3, 4] })
  })

  test('take of more than there is passes everything on', async () => {
    await verifyOperator((s: DataStream<number>) => s.pipe(take(100, { id: 'first' })), { input: numbers, expected: numbers })
  })

  test('take of none gives nothing', async () => {
    await verifyOperator((s: DataStream<number>) => s.pipe(take(0, { id: 'first' })), { input: numbers, expected: [] })
  })

  test('skip leaves its records out', async () => {
    await verifyOperator((s: DataStream<number>) => s.pipe(skip(9, { id: 'rest' })), { input: numbers, expected: [10, 11, 12] })
  })

  test('take counts for each key directly behind keyBy', async () => {
    await verifyOperator((s: DataStream<number>) => s.pipe(keyBy((n) => n % 3), take(2, { id: 'first' })), { input: numbers, expected: [1, 2, 3, 4, 5, 6] })
  })

  test('skip counts for each key directly behind keyBy', async () => {
    await verifyOperator((s: DataStream<number>) => s.pipe(keyBy((n) => n % 3), skip(3, { id: 'rest' })), { input: numbers, expected: [10, 11, 12] })
  })

  test('eventTime passes records on, whatever their times', async () => {
    const times = [5, 1, 9, -3, 9]
    await verifyOperator((s: DataStream<number>) => s.pipe(eventTime((n) => n, { outOfOrderness: 2 })), { input: times, expected: times })
  })

  test('eventTime buries a record without a time, and one whose time cannot be had', async () => {
    const at = (n: number): number => (n === 2 ? NaN : refuse(n))
    await verifyOperator((s: DataStream<number>) => s.pipe(eventTime(at)), { input: numbers, expected: numbers.filter((n) => n !== 2 && n !== 5), fails: [2, 5] })
  })

  test('a chain of stages buries each record where it fails', async () => {
    const stage = (s: DataStream<number>) =>
      s.pipe(
        map((n) => refuse(n, 2)),
        filter((n) => refuse(n, 4) > 0),
        flatMap((n) => [refuse(n, 6), n]),
        skip(2, { id: 'rest' }),
      )
    await verifyOperator(stage, byReference(stage, numbers, { outputs: 16, fails: 3 }))
  })

  test('what is no error can be thrown', async () => {
    const stage = (s: DataStream<number>) =>
      s.pipe(
        map((n) => {
          if (n === 1) throw undefined
          if (n === 2) throw 'a text'
          if (n === 3) throw new MillraceError('OPTION_INVALID', 'an error of ours')
          return n
        }),
      )
    await verifyOperator(stage, { input: [1, 2, 3, 4], expected: [4], fails: [1, 2, 3] })
  })
})
