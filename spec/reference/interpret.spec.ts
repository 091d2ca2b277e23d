import { describe, expect, test } from 'vitest'
import {
  aggregate, aggregator, average, broadcast, count, discard, eventTime, filter, first, flatMap, from, fromArray, keyBy, last, map, maxBy, merge,
  MillraceError, minBy, oneForOne, parallelism, reduce, scan, session, sideOutput, sink, skip, sliding, source, sum, take, toArray, topology,
  tumbling, window,
} from 'millrace'
import type { DataStream, Flow, SinkConnector, SourceConnector } from 'millrace'
import { topologyNode } from '../../lib/api/topology.ts'
import { randomJob } from '../simulation/random-job.ts'
import { canonicalText, compareOutputs } from './compare.ts'
import { exactSum } from './exact-sum.ts'
import { interpret } from './interpret.ts'
import type { ReferenceInput, ReferenceOutput } from './interpret.ts'

type Row = readonly [key: string, at: number, value?: number]

const input = <T>(id = 'in', options: { readonly parallelism?: number } = {}, connector: SourceConnector<T> = fromArray<T>([])): DataStream<T> =>
  from(source<T>(id, connector, options))
const out = (id = 'out', connector = discard() as SinkConnector<unknown>) => sink<unknown>(id, connector)
const play = (flows: Flow | readonly Flow[], records: readonly unknown[], options: Partial<ReferenceInput> = {}): ReferenceOutput =>
  interpret(topologyNode(topology(null, 'test', ...[flows].flat()))!, { sources: { in: records }, ...options })
const outOf = (result: ReferenceOutput, id = 'out'): unknown[] => result.sinks[id]!.records
const keyed = (outOfOrderness = 0) =>
  input<Row>().pipe(
    eventTime((r) => r[1], { outOfOrderness }),
    keyBy((r) => r[0]),
  )
/** Key, start, end, value, pane index, timing; `!` where it is the last. */
const panes = (result: ReferenceOutput, id = 'out'): string[] =>
  (outOf(result, id) as { key: unknown; window: { start: number; end: number }; value: unknown; pane: { index: number; timing: string; isLast: boolean } }[]).map(
    ({ key, window: { start, end }, value, pane }) => `${String(key)} ${start}-${end} ${JSON.stringify(value)} ${pane.index} ${pane.timing}${pane.isLast ? '!' : ''}`,
  )
const ids = toArray<Row>()
const counted = aggregate(count(), { id: 'n' })

describe('records and calls', () => {
  test('map, filter and flatMap go record by record', () => {
    const flow = input<number>().pipe(map((n) => n * 2), filter((n) => n > 2), flatMap((n) => [n, -n])).to(out())
    const result = play(flow, [1, 2, 3])
    expect(outOf(result)).toEqual([4, -4, 6, -6])
    expect(result).toMatchObject({ records: 3, results: 4, late: 0, deadLetters: [], failed: null })
  })
  test('a call is tried three times, then its record is poison and the next goes on', () => {
    let calls = 0
    const flow = input<number>().pipe(map((n) => (n === 2 ? (calls++, fail()) : n), { id: 'risky' })).to(out())
    const result = play(flow, [1, 2, 3])
    expect(outOf(result)).toEqual([1, 3])
    expect(calls).toBe(3)
    expect(result.deadLetters).toEqual([{ record: 2, operatorId: 'risky', attempt: 3, reason: 'poison', code: 'OPERATOR_FAILED' }])
  })
  test('a call that fails once leaves no trace', () => {
    let failures = 0
    const flow = input<number>().pipe(map((n) => (n === 2 && failures++ === 0 ? fail() : n))).to(out())
    expect(play(flow, [1, 2])).toMatchObject({ deadLetters: [], results: 2 })
  })
  test('resume gives up at the first failure', () => {
    const flow = input<number>().pipe(map(() => fail(), { id: 'm', supervision: oneForOne({ decide: () => 'resume' }) })).to(out())
    expect(play(flow, [1]).deadLetters).toEqual([{ record: 1, operatorId: 'm', attempt: 1, reason: 'failed', code: 'OPERATOR_FAILED' }])
  })
  test('stop ends the stage: windows behind it fire, later records are dead letters', () => {
    const flow = input<Row>().pipe(
      map((r) => (r[1] === 2 ? fail() : r), { id: 'm', supervision: oneForOne({ decide: () => 'stop' }) }),
      eventTime((r) => r[1]), keyBy((r) => r[0]), window(tumbling(10)), counted,
    ).to(out())
    const result = play(flow, [['a', 1], ['a', 2], ['a', 3]])
    expect(panes(result)).toEqual(['a 0-10 1 0 on-time!'])
    expect(result.deadLetters.map(({ reason, attempt }) => [reason, attempt])).toEqual([['failed', 1], ['failed', 0]])
  })
  test('escalate fails the job', () => {
    const flow = input<number>().pipe(map(() => fail(), { id: 'm' })).to(out())
    expect(play(flow, [1, 2], { decide: () => 'escalate' })).toMatchObject({ failed: { code: 'OPERATOR_FAILED', operatorId: 'm' } })
  })
  test('a flatMap that fails half-way gives nothing', () => {
    const flow = input<number>().pipe(flatMap(function* (n: number) {
      yield n
      if (n === 1) fail()
    })).to(out())
    expect(outOf(play(flow, [1, 2]))).toEqual([2])
  })
  test('a bad row is a dead letter at once and no record', () => {
    const connector: SourceConnector<string> = { ...fromArray<string>([]), admit: (raw: string) => (raw === 'bad' ? fail(new MillraceError('ROW_INVALID', 'no')) : raw.toUpperCase()) }
    const result = play(input('in', {}, connector).to(out()), ['a', 'bad'])
    expect(outOf(result)).toEqual(['A'])
    expect(result.records).toBe(1)
    expect(result.deadLetters).toEqual([{ record: 'bad', operatorId: 'in', attempt: 1, reason: 'bad-row', code: 'ROW_INVALID' }])
  })
  test('a sink keeps what format gives, and a record that cannot be formatted is no result', () => {
    const connector = { ...(discard() as SinkConnector<unknown>), format: (n: number) => (n === 1 ? fail() : `<${n}>`) }
    const result = play(input<number>().to(out('out', connector)), [1, 2])
    expect(outOf(result)).toEqual(['<2>'])
    expect(result.results).toBe(1)
    expect(result.deadLetters[0]).toMatchObject({ operatorId: 'out', reason: 'poison' })
  })
  test('a key that cannot be hashed and a time that is none fail their selectors', () => {
    const flow = input<{ k: unknown; t: number }>().pipe(eventTime((r) => r.t, { id: 't' }), keyBy((r) => r.k as string, { id: 'k' }), counted).to(out())
    const result = play(flow, [{ k: null, t: 1 }, { k: 'a', t: NaN }, { k: 'a', t: 1 }])
    expect(result.deadLetters.map(({ operatorId, code }) => [operatorId, code])).toEqual([['k', 'KEY_NOT_HASHABLE'], ['t', 'TIMESTAMP_INVALID']])
    expect(outOf(result)).toEqual([{ key: 'a', value: 1 }])
  })
  test('take ends its source, and counts per key directly behind keyBy', () => {
    const all = play(input<number>().pipe(take(2)).to(out()), [1, 2, 3])
    expect([outOf(all), all.records]).toEqual([[1, 2], 2])
    const perKey = play(input<Row>().pipe(keyBy((r) => r[0]), skip(1)).to(out()), [['a', 1], ['b', 2], ['a', 3]])
    expect(outOf(perKey)).toEqual([['a', 3]])
  })
  test('broadcast gives each instance behind it a copy', () => {
    const flow = input<number>().pipe(broadcast(), map((n) => n)).to(out())
    expect(play(flow, [1, 2], { parallelism: 3 }).results).toBe(6)
  })
  test('what two flows read comes to both', () => {
    const stream = input<number>().pipe(map((n) => n + 1))
    const result = play([stream.to(out('a')), stream.to(out('b'))], [1])
    expect([outOf(result, 'a'), outOf(result, 'b'), result.results]).toEqual([[2], [2], 2])
  })
})

describe('folds by key', () => {
  test('scan and reduce give a value for each record, and a failed call is undone', () => {
    const scanned = input<Row>().pipe(keyBy((r) => r[0]), scan((acc: number[], r) => {
      acc.push(r[1])
      return r[1] === 2 ? fail() : acc
    }, [], { id: 's' })).to(out())
    expect(outOf(play(scanned, [['a', 1], ['a', 2], ['a', 3]]))).toEqual([{ key: 'a', value: [1] }, { key: 'a', value: [1, 3] }])
    const reduced = input<Row>().pipe(keyBy((r) => r[0]), reduce((a, b) => [a[0], a[1] + b[1]] as const, { id: 'r' })).to(out())
    expect(outOf(play(reduced, [['a', 1], ['b', 5], ['a', 2]]))).toEqual([
      { key: 'a', value: ['a', 1] }, { key: 'b', value: ['b', 5] }, { key: 'a', value: ['a', 3] },
    ])
  })
  test('sums are exact, and a NaN fails its record alone', () => {
    const flow = input<Row>().pipe(keyBy((r) => r[0]), aggregate({ s: sum((r: Row) => r[2]!), m: average((r: Row) => r[2]!) }, { id: 's' })).to(out())
    const result = play(flow, [['a', 1, 1e100], ['a', 2, 1], ['a', 3, NaN], ['a', 4, -1e100]])
    expect((outOf(result).at(-1) as { value: unknown }).value).toEqual({ s: 1, m: 1 / 3 })
    expect(result.deadLetters).toHaveLength(1)
  })
})

describe('windows', () => {
  test('fire at the record that brings the watermark to end − 1, behind that record', () => {
    const flow = keyed().pipe(window(tumbling(10)), counted).to(out())
    // Watermarks 0, 8, 9: the record at 10 fires [0, 10).
    expect(panes(play(flow, [['a', 1], ['b', 9], ['b', 3], ['a', 10]]))).toEqual(['a 0-10 1 0 on-time!', 'b 0-10 2 0 on-time!', 'a 10-20 1 0 on-time!'])
  })
  test('a late record goes to the dead letters, or to the side output that is read', () => {
    const rows: Row[] = [['a', 1], ['a', 30], ['a', 2]]
    const result = play(keyed().pipe(window(tumbling(10)), counted).to(out()), rows)
    expect(result.late).toBe(1)
    expect(result.deadLetters).toEqual([{ record: ['a', 2], operatorId: 'n', attempt: 1, reason: 'late', code: 'LATE_RECORD' }])
    const late = sideOutput<Row>('late')
    const read = play([keyed().pipe(window(tumbling(10), { lateTo: late }), counted).to(out()), from(late).to(out('late-out'))], rows)
    expect(outOf(read, 'late-out')).toEqual([['a', 2]])
    expect(read).toMatchObject({ late: 1, deadLetters: [], results: 3 })
    expect(read.sinks['late-out']!.ordered).toBe(true)
  })
  test('within allowed lateness a record fires its window again', () => {
    const flow = keyed().pipe(window(tumbling(10), { allowedLateness: 10 }), counted).to(out())
    // The record at 12 leaves the watermark at 11; [0, 10) stays open until 19, which the record at 20 reaches.
    expect(panes(play(flow, [['a', 1], ['a', 12], ['a', 2], ['b', 3], ['a', 20], ['a', 4]]))).toEqual([
      'a 0-10 1 0 on-time', 'a 0-10 2 1 late', 'b 0-10 1 0 late', 'a 10-20 1 0 on-time', 'a 20-30 1 0 on-time!',
    ])
  })
  test('a record counts in the sliding windows still open', () => {
    const flow = keyed().pipe(window(sliding(10, 5)), aggregate(ids, { id: 'n' })).to(out())
    // After 11 the watermark is 10: [0, 10) has closed, [5, 15) has not.
    expect(panes(play(flow, [['a', 11], ['a', 7]]))).toEqual(['a 5-15 [["a",11],["a",7]] 0 on-time!', 'a 10-20 [["a",11]] 0 on-time!'])
  })
  test('a record in no window is not late', () => {
    const result = play(keyed().pipe(window(sliding(2, 10)), counted).to(out()), [['a', 5]])
    expect(result).toMatchObject({ results: 0, late: 0, deadLetters: [] })
  })
  test('keys fire by pane where windows are sliced, else by arrival', () => {
    const rows: Row[] = [['b', 7], ['a', 3]]
    expect(panes(play(keyed(50).pipe(window(sliding(10, 5)), counted).to(out()), rows))).toEqual([
      'a -5-5 1 0 on-time!', 'a 0-10 1 0 on-time!', 'b 0-10 1 0 on-time!', 'b 5-15 1 0 on-time!',
    ])
    expect(panes(play(keyed(50).pipe(window(sliding(10, 5)), aggregate(ids, { id: 'n' })).to(out()), rows)).map((text) => text.slice(0, 6))).toEqual([
      'a -5-5', 'b 0-10', 'a 0-10', 'b 5-15',
    ])
  })
  test('sessions that meet or abut become one; arrival order stays', () => {
    const flow = keyed(100).pipe(window(session(5)), aggregate({ all: toArray<Row>(), least: minBy(() => 0), most: maxBy(() => 0), one: first<Row>(), other: last<Row>() }, { id: 'n' })).to(out())
    // [20, 25) and [10, 15); [15, 20) abuts both.
    const value = { all: [['a', 20], ['a', 10], ['a', 15]], least: ['a', 20], most: ['a', 20], one: ['a', 10], other: ['a', 20] }
    expect(panes(play(flow, [['a', 20], ['a', 10], ['a', 15]]))).toEqual([`a 10-25 ${JSON.stringify(value)} 0 on-time!`])
  })
  test('a merge gives the earlier session first, then adds the record', () => {
    const text = aggregator<Row, string, string>({ init: () => '', add: (acc, r) => acc + r[1], merge: (a, b) => `(${a}|${b})`, result: (acc) => acc })
    const flow = keyed(100).pipe(window(session(5)), aggregate(text, { id: 'n' })).to(out())
    expect(panes(play(flow, [['a', 8], ['a', 1], ['a', 5]]))).toEqual(['a 1-13 "(1|8)5" 0 on-time!'])
  })
  test('a session that has fired and is joined fires at its new end, with the next index', () => {
    const flow = keyed().pipe(window(session(5), { allowedLateness: 20 }), counted).to(out())
    // [0, 5) fires at watermark 5; [4, 9) joins it and waits for 8; 2 then fires at once.
    expect(panes(play(flow, [['a', 0], ['b', 6], ['a', 4], ['b', 9], ['a', 2]]))).toEqual([
      'a 0-5 1 0 on-time', 'a 0-9 2 1 on-time', 'a 0-9 3 2 late', 'b 6-14 2 0 on-time!',
    ])
  })
  test('a result that cannot be had is a dead letter of the key and window', () => {
    const broken = aggregator<Row, number, number>({ init: () => 0, add: (n) => n + 1, merge: (a, b) => a + b, result: () => fail() })
    const result = play(keyed().pipe(window(tumbling(10)), aggregate(broken, { id: 'n' })).to(out()), [['a', 1]])
    expect(result.deadLetters).toMatchObject([{ record: { key: 'a', window: { start: 0, end: 10 } }, operatorId: 'n', reason: 'poison' }])
  })
  test('results carry end − 1 on into the windows behind', () => {
    const flow = keyed().pipe(window(tumbling(10)), aggregate(count(), { id: 'n' }), keyBy(() => 'all'), window(tumbling(20)), aggregate(count(), { id: 'second' })).to(out())
    expect(panes(play(flow, [['a', 1], ['b', 11], ['a', 35]]))).toEqual(['all 0-20 2 0 on-time!', 'all 20-40 1 0 on-time!'])
  })
  test('the slowest split holds the watermark', () => {
    const flow = keyed().pipe(window(tumbling(10)), counted).to(out())
    // Split 0 is at 50, split 1 at 1 until it ends: the record at 2 is not late.
    const result = play(flow, [['a', 50], ['a', 1], ['a', 60], ['a', 2]], { parallelism: 2 })
    expect(result.late).toBe(0)
    expect(result.sinks['out']!.ordered).toBe(false)
  })
  test('a merge has the watermark of its slowest input, and promises no order', () => {
    const both = merge(input<Row>().pipe(eventTime((r) => r[1])), input<Row>('more').pipe(eventTime((r) => r[1])))
    const flow = both.pipe(keyBy((r) => r[0]), window(tumbling(10)), counted).to(out())
    const result = play(flow, [], { sources: { in: [['a', 50], ['a', 60]], more: [['b', 1], ['b', 2]] } })
    expect(result).toMatchObject({ late: 0, results: 3, sinks: { out: { ordered: false } } })
  })
  test('order is promised over one path only', () => {
    expect(play(input<number>().to(out()), []).sinks['out']!.ordered).toBe(true)
    expect(play(input<number>().pipe(parallelism(2), map((n) => n)).to(out()), []).sinks['out']!.ordered).toBe(false)
  })
})

describe('sums and comparison', () => {
  test('sums are rounded once', () => {
    expect(exactSum([0.1, 0.2, 0.3])).toBe(0.6)
    expect(exactSum([1e308, 1e308, -1e308])).toBe(1e308)
    expect(exactSum([2 ** 53, 1])).toBe(2 ** 53)
    expect(exactSum([2 ** 53, 1, 2 ** -1074])).toBe(2 ** 53 + 2)
    expect([exactSum([]), exactSum([-0, 0]), exactSum([Infinity, -Infinity]), exactSum([5e-324, 5e-324])]).toEqual([-0, 0, NaN, 1e-323])
  })
  test('texts tell apart what is not the same', () => {
    const values = [0, -0, NaN, undefined, null, 1n, 1, '1', new Date(1), new Map([[1, 2]]), new Set([1]), {}, [], { a: undefined }]
    expect(new Set(values.map(canonicalText)).size).toBe(values.length)
    expect(canonicalText({ a: 1, b: 2 })).toBe(canonicalText({ b: 2, a: 1 }))
  })
  test('order counts only where it is promised', () => {
    expect(compareOutputs({ records: [1, 2], ordered: false }, [2, 1])).toBeNull()
    expect(compareOutputs({ records: [1, 2], ordered: true }, [2, 1])).toContain('record 0')
    expect(compareOutputs({ records: [1, 1], ordered: false }, [1])).toContain('1 times instead of 2')
  })
})

test('random jobs are interpreted without an error', () => {
  for (let seed = 0; seed < 500; seed++) {
    const job = randomJob(seed, { sinkOf: () => discard() })
    const result = interpret(topologyNode(job.topology)!, { sources: job.records, parallelism: job.parallelism })
    expect(result.failed, `seed ${seed}: ${job.describe}`).toBeNull()
  }
})

function fail(error: Error = new Error('no')): never {
  throw error
}
