/** A snapshot holds the state at its barrier, whatever comes while it is still being written. */
import { expect, test } from 'vitest'
import { aggregate, average, count, keyBy, last, max, scan, skip, sliding, sum, toArray, tumbling, window } from 'millrace'
import type { DataStream } from 'millrace'
import { DONE } from '../../lib/operators/operator.ts'
import type { Cursor, Operator } from '../../lib/operators/operator.ts'
import { ByteWriter } from '../../lib/state/byte-writer.ts'
import { runKeys } from '../../lib/state/key-list.ts'
import { apply, fakeContext, snapshotOf, stageOf, stream } from './fake-context.ts'
import type { FakeContext } from './fake-context.ts'

interface Row {
  readonly key: number
  readonly v: number
}

const keyed = () => stream<Row>().pipe(keyBy((row) => row.key))
const numbers = { n: count(), total: sum((row: Row) => row.v), mean: average((row: Row) => row.v), most: max((row: Row) => row.v) }
const stages: Readonly<Record<string, () => DataStream<unknown>>> = {
  'running numbers': () => keyed().pipe(aggregate(numbers, { id: 's' })),
  'running lists': () => keyed().pipe(aggregate({ all: toArray(), last: last() }, { id: 's' })),
  'a scan in place': () => keyed().pipe(scan((list: number[], row: Row) => (list.push(row.v), list), [], { id: 's' })),
  'a count to skip by': () => keyed().pipe(skip(3, { id: 's' })),
  'tumbling numbers': () => keyed().pipe(window(tumbling(10), { allowedLateness: 1000 }), aggregate(numbers, { id: 's' })),
  'tumbling lists': () => keyed().pipe(window(tumbling(10)), aggregate(toArray(), { id: 's' })),
  'sliding numbers': () => keyed().pipe(window(sliding(20, 10), { allowedLateness: 1000 }), aggregate(numbers, { id: 's' })),
}

const drain = (cursor: Cursor | null, context: FakeContext): void => {
  while (cursor !== null && cursor.next(context) !== DONE);
}

/** `count` keys, two records each, the second behind a watermark that fires windows. */
const feed = (operator: Operator, context: FakeContext, { from, count: keys, at }: { readonly from: number; readonly count: number; readonly at: number }): void => {
  for (const time of [at, at + 11]) {
    for (let key = from; key < from + keys; key++) {
      context.time = time
      context.key = key % 3 === 0 ? key : `key ${key}`
      apply(operator, { key, v: (key + 1) / 10 }, context)
    }
    if (operator.onWatermark !== undefined) drain(operator.onWatermark(at + 5, context), context)
  }
}

test.each(Object.entries(stages))('%s', (_, create) => {
  const before = { from: 0, count: runKeys + 50, at: 0 }
  const made = (): Operator => stageOf(create()).create(fakeContext())
  const undisturbed = made()
  feed(undisturbed, fakeContext(), before)
  const expected = snapshotOf(undisturbed)

  const operator = made()
  const context = fakeContext()
  feed(operator, context, before)
  const writer = new ByteWriter()
  const rest = operator.snapshot!(writer)!
  let turns = 0
  do {
    // Keys that are there already and new ones, late ones for windows, then windows of their own.
    feed(operator, context, { from: 10, count: 20, at: 0 })
    feed(operator, context, { from: 1e6 + 1000 * turns, count: 20, at: 20 + 100 * turns })
    turns++
  } while (!rest.writeSome(writer))

  expect(turns).toBeGreaterThan(1)
  expect(Buffer.compare(writer.finish(), expected)).toBe(0)
  expect(Buffer.compare(snapshotOf(operator), expected)).not.toBe(0)
})
