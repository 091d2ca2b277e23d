import { describe, expect, test } from 'vitest'
import { map } from '../../lib/operators/map.ts'
import { partition } from '../../lib/operators/partition.ts'
import { range } from '../../lib/operators/partitioner.ts'
import { DONE, NONE } from '../../lib/operators/operator.ts'
import type { Cursor, Operator } from '../../lib/operators/operator.ts'
import { apply, fakeContext, restored, snapshotOf, stageOf, stream } from './fake-context.ts'
import type { FakeContext } from './fake-context.ts'

const sampled = (size: number, fn: (n: number) => unknown = (n) => n): Operator =>
  stageOf(stream<number>().pipe(partition(range.sampled(size, fn as (n: number) => number), { id: 'p' }))).create(fakeContext())

/** What comes of a call: records with their targets and times, and watermarks, in their order. */
const outputsOf = (cursor: Cursor | null, context: FakeContext): string[] => {
  const found: string[] = []
  if (cursor === null) return found
  for (let output = cursor.next(context); output !== DONE; output = cursor.next(context)) {
    if (output !== NONE) found.push(`${String(output)}→${context.route}@${context.time}`)
    found.push(...context.advanced.splice(0).map(String))
  }
  return found
}
const feed = (operator: Operator, record: number, context: FakeContext): string[] => {
  context.time = record * 10
  return outputsOf(operator.apply(record, context) as Cursor | null, context)
}

describe('a range by sample', () => {
  test('holds the first records, then sends them in their order to parts of equal size', () => {
    const context = fakeContext({ targets: 2 })
    const operator = sampled(4)
    expect([3, 1, 4].flatMap((n) => feed(operator, n, context))).toEqual([])
    expect(operator.size!()).toBe(3)
    expect(feed(operator, 2, context)).toEqual(['3→1@30', '1→0@10', '4→1@40', '2→0@20'])
    expect(operator.size!()).toBe(0)
  })

  test('keeps its bounds for all later records', () => {
    const context = fakeContext({ targets: 2 })
    const operator = sampled(2)
    ;[1, 2].forEach((n) => feed(operator, n, context))
    expect([9, 8, 7, 0].flatMap((n) => feed(operator, n, context))).toEqual(['9→1@90', '8→1@80', '7→1@70', '0→0@0'])
  })

  test('passes on each watermark where it stood among the held records', () => {
    const context = fakeContext()
    const operator = sampled(3)
    expect(operator.keepsWatermark!(-5)).toBe(true)
    feed(operator, 1, context)
    for (const at of [4, 9, NaN]) operator.keepsWatermark!(at)
    feed(operator, 2, context)
    expect(feed(operator, 3, context)).toEqual(['-5', '1→0@10', '9', 'NaN', '2→0@20', '3→0@30'])
    expect(operator.keepsWatermark!(20)).toBe(false)
  })

  test('forgets that the stream was idle once its watermark goes on', () => {
    const context = fakeContext()
    const operator = sampled(2)
    feed(operator, 1, context)
    for (const at of [NaN, 7]) operator.keepsWatermark!(at)
    expect(feed(operator, 2, context)).toEqual(['1→0@10', '7', '2→0@20'])
  })

  test('lets go of fewer records at the end of input, and where its actor is stopped', () => {
    for (const end of ['onWatermark', 'onStop'] as const) {
      const context = fakeContext({ targets: 3 })
      const operator = sampled(100)
      ;[5, 6].forEach((n) => feed(operator, n, context))
      const cursor = end === 'onStop' ? operator.onStop!(context) : operator.onWatermark!(Infinity, context)
      expect(outputsOf(cursor, context)).toEqual(['5→0@50', '6→1@60'])
    }
  })

  test('goes on from a snapshot with what it holds', () => {
    const context = fakeContext({ targets: 2 })
    const operator = sampled(3)
    feed(operator, 1, context)
    operator.keepsWatermark!(4)
    feed(operator, 3, context)
    const again = restored(sampled(3), snapshotOf(operator))
    expect(feed(again, 2, context)).toEqual(['1→0@10', '4', '3→1@30', '2→0@20'])
  })

  test('goes on from a snapshot with its sample, cut anew for another number of instances', () => {
    const context = fakeContext({ targets: 2 })
    const operator = sampled(4)
    ;[1, 2, 3, 4].forEach((n) => feed(operator, n, context))
    const wider = fakeContext({ targets: 4 })
    const again = restored(sampled(4), snapshotOf(operator))
    expect([1, 2, 3, 4].flatMap((n) => feed(again, n, wider))).toEqual(['1→0@10', '2→1@20', '3→2@30', '4→3@40'])
  })

  test.each([undefined, null, NaN, {}, true])('fails the record whose value is %s, and holds no more for it', (value) => {
    const operator = sampled(2, () => value)
    expect(() => apply(operator, 1, fakeContext())).toThrow(TypeError)
    expect(operator.size!()).toBe(0)
  })

  test('fails a record of another kind than the first one, before and after the bounds are fixed', () => {
    const operator = sampled(2, (n) => (n < 0 ? String(n) : n))
    const context = fakeContext()
    feed(operator, 1, context)
    expect(() => feed(operator, -1, context)).toThrow(TypeError)
    feed(operator, 2, context)
    expect(() => feed(operator, -1, context)).toThrow(TypeError)
  })

  test.each([0, 1.5, 1_000_001, '10', undefined])('refuses the size %s', (size) => {
    expect(() => range.sampled(size as number, (n: number) => n)).toThrow(/OPTION_INVALID/)
  })

  test('says in its node that it keeps state', () => {
    expect(stageOf(stream<number>().pipe(partition(range.sampled(9, (n) => n)), map((n) => n)).pipe(partition(range.sampled(9, (n) => n))))).toMatchObject({
      state: 'stage',
      schema: 'sampled range 9 v1',
      params: { mode: 'sampled', size: 9 },
    })
  })
})
