import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  aggregate, aggregator, average, count, discard, eventTime, first, from, fromArray, keyBy, last, max, maxBy, min, minBy, reduce, scan, session, sideOutput,
  sink, sliding, source, sum, toArray, topology, tumbling, window,
} from 'millrace'
import type { AnyStream, DataStream, SinkConnector, Topology, WindowedStream } from 'millrace'
import { topologyNode } from '../../lib/api/topology.ts'
import { committedSink } from '../../lib/testing/committed-sink.ts'
import { simulatedRun } from '../../lib/testing/simulated-run.ts'
import { compareOutputs } from '../reference/compare.ts'
import { interpret } from '../reference/interpret.ts'
import { withoutLast } from '../simulation/without-last.ts'

interface Row {
  readonly id: number
  readonly key: string | number
  readonly at: number
  readonly value: number
}

type Fold = (windowed: WindowedStream<string | number, Row>) => AnyStream<unknown>

const orderFree: Readonly<Record<string, Fold>> = {
  specs: (w) =>
    w.pipe(aggregate({ n: count(), total: sum((r: Row) => r.value), mean: average((r: Row) => r.value), low: min((r: Row) => r.value), high: max((r: Row) => r.value) }, { id: 'fold' })),
  commutative: (w) =>
    w.pipe(
      aggregate(
        aggregator<Row, { xor: number }, number>({
          init: () => ({ xor: 0 }),
          add: (acc, r) => ((acc.xor ^= r.id), acc),
          merge: (a, b) => ((a.xor ^= b.xor), a),
          result: (acc) => acc.xor,
          commutative: true,
        }),
        { id: 'fold' },
      ),
    ),
}

const inOrder: Readonly<Record<string, Fold>> = {
  records: (w) =>
    w.pipe(aggregate({ all: toArray<Row>(), one: first<Row>(), other: last<Row>(), least: minBy((r: Row) => r.value), most: maxBy((r: Row) => r.value) }, { id: 'fold' })),
  custom: (w) =>
    w.pipe(
      aggregate(
        aggregator<Row, number[], number[]>({ init: () => [], add: (ids, r) => (ids.push(r.id), ids), merge: (a, b) => (a.push(...b), a), result: (ids) => ids }),
        { id: 'fold' },
      ),
    ),
  reduce: (w) => w.pipe(reduce((a, b) => ({ ...b, id: a.id * 31 + b.id }), { id: 'fold' })),
}

const scanned: Readonly<Record<string, Fold>> = { scan: (w) => w.pipe(scan((ids: number[], r) => (ids.push(r.id), ids), [], { id: 'fold' })) }

/** Epoch milliseconds: the epoch, 1900, 2023, the last days of 9999. */
const base = fc.constantFrom(0, -2_208_988_800_000, 1_700_000_000_000, 253_402_214_400_000)

const aligned = fc.oneof(
  fc.record({ kind: fc.constant('tumbling'), size: fc.integer({ min: 1, max: 60 }), offset: fc.integer({ min: -100, max: 100 }) }),
  fc.record({ kind: fc.constant('sliding'), size: fc.integer({ min: 1, max: 60 }), slide: fc.integer({ min: 1, max: 80 }), offset: fc.integer({ min: -100, max: 100 }) }),
)
const sessions = fc.record({ kind: fc.constant('session'), gap: fc.option(fc.integer({ min: 1, max: 40 }), { nil: null }) })

type Windows =
  | { readonly kind: string; readonly size: number; readonly slide?: number; readonly offset: number }
  | { readonly kind: string; readonly gap: number | null }

const assignerOf = (windows: Windows) => {
  if ('gap' in windows) return session<Row>(windows.gap ?? ((r) => 1 + (r.id % 9)))
  const { size, slide, offset } = windows
  return slide === undefined ? tumbling(size, { offset }) : sliding(size, slide, { offset })
}

/** How far time goes on before a record, and how far behind that the record is. */
const moves = fc.array(
  fc.record({
    key: fc.constantFrom('a', 'b', 'c', 1),
    on: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 12 }), fc.integer({ min: 0, max: 150 })),
    behind: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 70 })),
    value: fc.constantFrom(1, 2, 3, 0.1, 0.2, 1e16, -1e16, -0),
  }),
  { maxLength: 40, size: 'max' },
)

interface Case {
  readonly windows: Windows
  readonly fold: string
  readonly allowedLateness: number
  readonly outOfOrderness: number
  readonly readsLate: boolean
  readonly base: number
  readonly moves: readonly { readonly key: string | number; readonly on: number; readonly behind: number; readonly value: number }[]
  readonly seed: number
  readonly crashes: number
}

const caseOf = (windows: fc.Arbitrary<Windows>, folds: Readonly<Record<string, Fold>>, outOfOrderness: fc.Arbitrary<number>): fc.Arbitrary<Case> =>
  fc.record({
    windows,
    fold: fc.constantFrom(...Object.keys(folds)),
    allowedLateness: fc.constantFrom(0, 0, 1, 13, 500),
    outOfOrderness,
    readsLate: fc.boolean(),
    base,
    moves,
    seed: fc.nat({ max: 1_000_000 }),
    crashes: fc.nat({ max: 2 }),
  })

const allFolds = { ...orderFree, ...inOrder, ...scanned }

const rowsOf = ({ base: start, moves: all }: Case): Row[] => {
  let now = start
  return all.map(({ key, on, behind, value }, id) => ({ id, key, at: (now += on) - behind, value }))
}

const build = ({ windows, fold, allowedLateness, outOfOrderness, readsLate }: Case, rows: readonly Row[], sinkOf: (id: string) => SinkConnector<unknown>): Topology => {
  const late = sideOutput<Row>('late')
  const windowed = from(source('rows', fromArray(rows))).pipe(
    eventTime((r) => r.at, { outOfOrderness }),
    keyBy((r) => r.key),
    window(assignerOf(windows), { allowedLateness, ...(readsLate ? { lateTo: late } : {}) }),
  )
  const panes = allFolds[fold as keyof typeof allFolds]!(windowed) as DataStream<unknown>
  return topology(null, 'windows', panes.to(sink('panes', sinkOf('panes'))), ...(readsLate ? [from(late).to(sink('late-rows', sinkOf('late-rows')))] : []))
}

interface Seen {
  panes: number
  late: number
  resumes: number
}

const compareRun = async (given: Case, parallelism: number, seen: Seen): Promise<void> => {
  const rows = rowsOf(given)
  const sinks = new Map<string, ReturnType<typeof committedSink<unknown>>>()
  const wanted = interpret(topologyNode(build(given, rows, () => discard()))!, { sources: { rows }, parallelism })
  const run = await simulatedRun(
    build(given, rows, (id) => {
      const made = committedSink<unknown>()
      sinks.set(id, made)
      return made
    }),
    { seed: given.seed, crashes: given.crashes, run: { parallelism } },
  )
  expect({ outcome: run.outcome, error: run.error }).toEqual({ outcome: 'ended', error: null })
  const shown = parallelism === 1 ? (record: unknown): unknown => record : withoutLast
  for (const [id, { committed }] of sinks) {
    const { records, ordered } = wanted.sinks[id]!
    expect(ordered).toBe(parallelism === 1)
    expect(compareOutputs({ ordered, records: records.map(shown) }, committed.map(shown))).toBeNull()
  }
  const letters = run.deadLetters.map(({ record, error, attempt, reason }) => ({ record, operatorId: error.operatorId, attempt, reason, code: error.code }))
  expect(compareOutputs({ ordered: parallelism === 1, records: wanted.deadLetters }, letters)).toBeNull()
  expect(run.summary).toMatchObject({ records: wanted.records, results: wanted.results, late: wanted.late, deadLetters: wanted.deadLetters.length })
  seen.panes += wanted.sinks['panes']!.records.length
  seen.late += wanted.late
  seen.resumes += run.resumes
}

const agrees = async (cases: fc.Arbitrary<Case>, numRuns: number, parallelism: number): Promise<Seen> => {
  const seen: Seen = { panes: 0, late: 0, resumes: 0 }
  await fc.assert(
    fc.asyncProperty(cases, (given) => compareRun(given, parallelism, seen)),
    { numRuns },
  )
  return seen
}

// The bounds below lie far under what chance gives: they only say that something was compared.
const disorder = fc.constantFrom(0, 0, 4, 30)

describe('with one split the panes, their order and the late records are those of the reference', () => {
  test('tumbling and sliding windows', { timeout: 120_000 }, async () => {
    const { panes, late, resumes } = await agrees(caseOf(aligned, allFolds, disorder), 650, 1)
    expect(panes).toBeGreaterThan(1500)
    expect(late).toBeGreaterThan(60)
    expect(resumes).toBeGreaterThan(10)
  })

  test('session windows', { timeout: 120_000 }, async () => {
    const { panes, late, resumes } = await agrees(caseOf(sessions, { ...orderFree, ...inOrder }, disorder), 400, 1)
    expect(panes).toBeGreaterThan(700)
    expect(late).toBeGreaterThan(30)
    expect(resumes).toBeGreaterThan(8)
  })
})

describe('with four splits the panes are those of the reference, in any order', () => {
  // More disorder is allowed than there is: no record is behind the watermark of its own split, nor within 1 ms after it.
  const within = fc.constantFrom(71, 100)

  test('tumbling and sliding windows', { timeout: 120_000 }, async () => {
    const { panes, resumes } = await agrees(caseOf(aligned, orderFree, within), 200, 4)
    expect(panes).toBeGreaterThan(400)
    expect(resumes).toBeGreaterThan(1)
  })

  test('session windows', { timeout: 120_000 }, async () => {
    const { panes, resumes } = await agrees(caseOf(sessions, orderFree, within), 120, 4)
    expect(panes).toBeGreaterThan(150)
    expect(resumes).toBeGreaterThan(0)
  })
})
