import { describe, test } from 'vitest'
import { eventTime, keyBy, map, offload, toArray, tumbling, window, aggregate } from 'millrace'
import type { DataStream } from 'millrace'
import { verifyOperator } from 'millrace/testing'
import type * as functions from './offloaded/numbers.ts'

const module = new URL('./offloaded/numbers.ts', import.meta.url)
const numbers = Array.from({ length: 12 }, (_, i) => i + 1)

describe('in every way the engine may run it, offload', () => {
  test('gives the results of its function in the order of the records, and buries what it throws on', async () => {
    await verifyOperator((s: DataStream<number>) => s.pipe(offload<typeof functions.doubleMost>(module, 'doubleMost', { concurrency: 3 })), {
      input: numbers,
      expected: [2, 4, 6, 8, 12, 14, 16, 18, 20, 22, 24],
      fails: [5],
    })
  })

  test('waits for promises', async () => {
    await verifyOperator((s: DataStream<number>) => s.pipe(offload<typeof functions.doubleLater>(module, 'doubleLater', { concurrency: 2 })), { input: numbers, expected: numbers.map((n) => n * 2) })
  })

  test('stands between other stages, and twice in a row', async () => {
    await verifyOperator(
      (s: DataStream<number>) =>
        s.pipe(
          map((n) => n + 1),
          offload<typeof functions.double>(module, 'double'),
          offload<typeof functions.double>(module, 'double'),
          map((n) => n - 1),
        ),
      { input: numbers, expected: numbers.map((n) => (n + 1) * 4 - 1) },
    )
  })

  test('lets no watermark pass its records', async () => {
    const stage = (s: DataStream<number>) =>
      s.pipe(
        eventTime((n) => n),
        offload<typeof functions.double>(module, 'double', { concurrency: 3 }),
        keyBy(() => 'all'),
        window(tumbling(4)),
        aggregate(toArray<number>(), { id: 'arrays' }),
        map(({ window, value }) => [window.start, ...value]),
      )
    await verifyOperator(stage, { input: numbers, expected: [[0, 2, 4, 6], [4, 8, 10, 12, 14], [8, 16, 18, 20, 22], [12, 24]] })
  })

  test('lets no split end before its records', async () => {
    const stage = (s: DataStream<number>) =>
      s.pipe(
        offload<typeof functions.double>(module, 'double', { concurrency: 3 }),
        eventTime((n) => n),
        keyBy((n) => n % 4),
        window(tumbling(8)),
        aggregate(toArray<number>(), { id: 'arrays' }),
        map(({ value }) => value),
      )
    await verifyOperator(stage, { input: numbers, expected: [[2, 6], [4], [8, 12], [10, 14], [16, 20], [18, 22], [24]] })
  })
})
