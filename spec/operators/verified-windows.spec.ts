import { describe, test } from 'vitest'
import { aggregate, aggregator, count, eventTime, from, keyBy, map, maxBy, merge, reduce, scan, session, sideOutput, sliding, sum, toArray, tumbling, window } from 'millrace'
import type { AnyStream, Assigner, DataStream, Pane, WindowedStream } from 'millrace'
import { verifyOperator } from 'millrace/testing'
import { interpretStage } from './expected.ts'

interface Row {
  readonly id: number
  readonly key: string
  readonly at: number
}

type Fold = (windowed: WindowedStream<string, Row>) => AnyStream<unknown>

/** Out of order; with 3 ms of grace some are late, and some of those within 10 ms. */
const rows: Row[] = [2, 1, 6, 4, 11, 9, 13, 3, 24, 18, 12, 21, 40, 2].map((at, id) => ({ id, key: id % 3 === 0 ? 'a' : 'b', at }))

const assigners: Readonly<Record<string, Assigner<Row>>> = {
  'tumbling windows': tumbling(10, { offset: -3 }),
  'sliding windows': sliding(12, 8),
  'sliding windows with gaps': sliding(3, 7),
  'session windows': session(5),
  'session windows of a gap for each record': session<Row>((row) => 3 + (row.id % 4)),
}

const folds: Readonly<Record<string, Fold>> = {
  reduce: (w) => w.pipe(reduce((a, b) => ({ ...b, id: a.id * 100 + b.id }), { id: 'fold' })),
  'aggregate, order-free': (w) => w.pipe(aggregate({ n: count(), total: sum((row) => row.id / 10) }, { id: 'fold' })),
  'aggregate, in order': (w) => w.pipe(aggregate({ all: toArray<Row>(), latest: maxBy((row: Row) => row.at) }, { id: 'fold' })),
  scan: (w) => w.pipe(scan((ids: number[], row) => (ids.push(row.id), ids), [], { id: 'fold' })),
}

const refuse = (row: Row): number => {
  if (row.id === 4 || row.id === 8) throw new Error(`row ${row.id} is refused`)
  return row.id
}

const refusing: Readonly<Record<string, Fold>> = {
  reduce: (w) => w.pipe(reduce((a, b) => ({ ...b, id: a.id + refuse(b) }), { id: 'fold' })),
  'aggregate, order-free': (w) => w.pipe(aggregate({ n: count(), total: sum(refuse) }, { id: 'fold' })),
  'aggregate that has changed its accumulator': (w) =>
    w.pipe(
      aggregate(
        aggregator<Row, number[], number[]>({ init: () => [], add: (ids, row) => (ids.push(row.id), refuse(row), ids), merge: (a, b) => [...a, ...b], result: (ids) => ids }),
        { id: 'fold' },
      ),
    ),
  'aggregate in its result': (w) =>
    w.pipe(
      aggregate(
        aggregator<Row, number, number>({
          init: () => 0,
          add: (sum, row) => sum + row.id,
          merge: (a, b) => a + b,
          result: (sum) => {
            if (sum % 3 === 1) throw new Error(`${sum} is refused`)
            return sum
          },
        }),
        { id: 'fold' },
      ),
    ),
  scan: (w) => w.pipe(scan((ids: number[], row) => (ids.push(row.id), refuse(row), ids), [], { id: 'fold' })),
}

const timed = (s: DataStream<Row>) => s.pipe(eventTime((row) => row.at, { outOfOrderness: 3 }), keyBy((row) => row.key))
const isPossible = (name: string, assigner: Assigner<Row>): boolean => !(name === 'scan' && assigner.kind === 'session')

describe('in every way the engine may run them', () => {
  for (const [name, assigner] of Object.entries(assigners))
    for (const [foldName, fold] of Object.entries(folds).filter(([foldName]) => isPossible(foldName, assigner)))
      for (const allowedLateness of [0, 10])
        test(`${name} fire as the reference does: ${foldName}, ${allowedLateness} ms of lateness`, async () => {
          const stage = (s: DataStream<Row>) => fold(timed(s).pipe(window(assigner, { allowedLateness })))
          await verifyOperator(stage, { ...interpretStage(stage, rows, { outputsMin: 4 }), crashPlaces: 12 })
        })

  for (const [name, assigner] of Object.entries(assigners).filter(([name]) => !name.includes('gap')))
    for (const [foldName, fold] of Object.entries(refusing).filter(([foldName]) => isPossible(foldName, assigner)))
      test(`${name} bury what their function throws on: ${foldName}`, async () => {
        const stage = (s: DataStream<Row>) => fold(timed(s).pipe(window(assigner, { allowedLateness: 10 })))
        await verifyOperator(stage, { ...interpretStage(stage, rows, { outputsMin: 3, failsMin: 1 }), crashPlaces: 12 })
      })

  for (const [name, assigner] of Object.entries(assigners))
    test(`${name} send late records, unchanged, to the side output that is read`, async () => {
      const stage = (s: DataStream<Row>) => {
        const late = sideOutput<Row>('late')
        const panes = timed(s).pipe(window(assigner, { lateTo: late }), aggregate(count(), { id: 'n' }), map((pane) => pane as unknown))
        return merge(panes, from(late).pipe(map((row) => ({ late: row }) as unknown)))
      }
      await verifyOperator(stage, { ...interpretStage(stage, rows, { outputsMin: 4 }), crashPlaces: 12 })
    })

  test('a window of windows counts the panes of the first', async () => {
    const stage = (s: DataStream<Row>) =>
      timed(s).pipe(
        window(tumbling(5)),
        aggregate(count(), { id: 'n' }),
        keyBy(() => 'all'),
        window(tumbling(20)),
        aggregate({ panes: count(), records: sum((pane) => pane.value) }, { id: 'sums' }),
      )
    await verifyOperator(stage, { ...interpretStage(stage, rows, { outputsMin: 2 }), crashPlaces: 12 })
  })

  test('windows on several instances give the same panes', async () => {
    // One split, so what fires does not depend on how instances interleave.
    const stage = (s: DataStream<Row>) => s.pipe(
        eventTime((row) => row.at, { outOfOrderness: 3 }),
        keyBy((row) => row.key, { parallelism: 3 }),
        window(sliding(12, 8), { allowedLateness: 10 }),
        aggregate(toArray(), { id: 'all' }),
      )
    await verifyOperator(stage, { ...interpretStage(stage, rows, { outputsMin: 4 }), anyOrder: true })
  })

  for (const [name, assigner] of Object.entries(assigners).filter(([name]) => name === 'tumbling windows' || name === 'sliding windows'))
    test(`${name} on several instances, whose senders combine, give the same panes, late records and failures`, async () => {
      const stage = (s: DataStream<Row>) => {
        const late = sideOutput<Row>('late')
        const keyed = s.pipe(eventTime((row) => row.at, { outOfOrderness: 3 }), keyBy((row) => row.key, { parallelism: 3 }))
        const panes = keyed.pipe(window(assigner, { allowedLateness: 5, lateTo: late }), aggregate({ n: count(), total: sum(refuse) }, { id: 'fold' }), map((pane) => pane as unknown))
        return merge(panes, from(late).pipe(map((row) => ({ late: row }) as unknown)))
      }
      await verifyOperator(stage, { ...interpretStage(stage, rows, { outputsMin: 4, failsMin: 1 }), anyOrder: true, crashPlaces: 25 })
    })
})

describe('without eventTime, by the clock', () => {
  /** Longer than any test runs, and all of it in one window: virtual time begins in 2023. */
  const age = 4_000_000_000_000
  const onTime: Pane = { index: 0, timing: 'on-time', isLast: true }

  test('tumbling windows take a record when it comes, and fire at the end of input', async () => {
    const stage = (s: DataStream<Row>) => s.pipe(keyBy((row) => row.key), window(tumbling(age)), aggregate(count(), { id: 'n' }))
    await verifyOperator(stage, {
      input: rows,
      expected: [['a', 5], ['b', 9]].map(([key, value]) => ({ key, window: { start: 0, end: age }, value, pane: onTime })),
    })
  })

  test('sliding windows take a record when it comes', async () => {
    const stage = (s: DataStream<Row>) => s.pipe(keyBy((row) => row.key), window(sliding(age, age / 2)), reduce((a, b) => ({ ...b, id: a.id + b.id }), { id: 'total' }))
    const totals = { a: { ...rows[12]!, id: 0 + 3 + 6 + 9 + 12 }, b: { ...rows[13]!, id: 1 + 2 + 4 + 5 + 7 + 8 + 10 + 11 + 13 } }
    await verifyOperator(stage, {
      input: rows,
      expected: [-age / 2, 0].flatMap((start) => Object.entries(totals).map(([key, value]) => ({ key, window: { start, end: start + age }, value, pane: onTime }))),
    })
  })

  test('session windows take a record when it comes', async () => {
    const stage = (s: DataStream<Row>) =>
      s.pipe(
        keyBy((row) => row.key),
        window(session(age)),
        aggregate(aggregator<Row, number[], number[]>({ init: () => [], add: (ids, row) => [...ids, row.id], merge: (a, b) => [...a, ...b], result: (ids) => ids }), { id: 'ids' }),
        map(({ key, value, pane }) => ({ key, value, pane })),
      )
    const ids = (key: string): number[] => rows.filter((row) => row.key === key).map((row) => row.id)
    await verifyOperator(stage, { input: rows, expected: ['a', 'b'].map((key) => ({ key, value: ids(key), pane: onTime })) })
  })

  test('a scan buries the record it throws on', async () => {
    const stage = (s: DataStream<Row>) => s.pipe(keyBy((row) => row.key), window(tumbling(age)), scan((total, row) => total + refuse(row), 0, { id: 'total' }))
    const sumOf = (key: string): number => rows.filter((row) => row.key === key && row.id !== 4 && row.id !== 8).reduce((total, row) => total + row.id, 0)
    await verifyOperator(stage, {
      input: rows,
      expected: ['a', 'b'].map((key) => ({ key, window: { start: 0, end: age }, value: sumOf(key), pane: onTime })),
      fails: [rows[4], rows[8]],
    })
  })
})
