import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { eventTime } from '../../lib/operators/event-time.ts'
import type { EventTimeOptions } from '../../lib/operators/event-time.ts'
import type { Operator } from '../../lib/operators/operator.ts'
import { apply, fakeContext, rescaled, restored, snapshotOf, stageOf, stream } from './fake-context.ts'
import type { FakeContext } from './fake-context.ts'

const node = (options?: EventTimeOptions) => stageOf(stream<number>().pipe(eventTime((n) => n, options)))
const opened = (origins: string[], options?: EventTimeOptions): [Operator, FakeContext] => {
  const context = fakeContext()
  const operator = node(options).create(context)
  operator.onSplits?.(origins, context)
  return [operator, context]
}
const feed = (operator: Operator, context: FakeContext, origin: string, ...times: number[]): void => {
  for (const time of times) {
    context.origin = origin
    apply(operator, time, context)
  }
}

describe('eventTime', () => {
  test('gives each record its time and the watermark one millisecond less, where it grows', () => {
    const [operator, context] = opened(['a'])
    feed(operator, context, 'a', 100, 90, 100, 120)
    expect(context.time).toBe(120)
    expect(context.advanced).toEqual([99, 119])
  })

  test('holds the watermark back by outOfOrderness', () => {
    const [operator, context] = opened(['a'], { outOfOrderness: 10 })
    feed(operator, context, 'a', 100)
    expect(context.advanced).toEqual([89])
  })

  test('a split that has had no record holds the watermark', () => {
    const [operator, context] = opened(['a', 'b'])
    feed(operator, context, 'a', 100, 200)
    expect(context.advanced).toEqual([])
    feed(operator, context, 'b', 50)
    expect(context.advanced).toEqual([49])
  })

  test('a split that has ended holds nothing', () => {
    const [operator, context] = opened(['a', 'b'])
    feed(operator, context, 'a', 100)
    operator.onSplitEnd?.('b', context)
    expect(context.advanced).toEqual([99])
  })

  test('without splits its input has ended: none will come', () => {
    const [, context] = opened([])
    expect(context.advanced).toEqual([Infinity])
  })

  test('when the last split has ended its input has ended', () => {
    const [operator, context] = opened(['a'])
    feed(operator, context, 'a', 10)
    operator.onSplitEnd?.('a', context)
    expect(context.advanced).toEqual([9, Infinity])
  })

  test.each([NaN, Infinity, undefined, '5', 5n, new Date(5)])('a time of %s fails the call and leaves the state as it is', (time) => {
    const [operator, context] = opened(['a'])
    feed(operator, context, 'a', 10)
    const before = snapshotOf(operator)
    expect(() => apply(operator, time, context)).toThrow(/TIMESTAMP_INVALID/)
    expect(snapshotOf(operator)).toEqual(before)
    expect(context.time).toBe(10)
  })

  test('equals its definition over any records of any splits', () => {
    const record = fc.record({ split: fc.constantFrom('a', 'b', 'c'), time: fc.integer({ min: 0, max: 50 }) })
    fc.assert(
      fc.property(fc.array(record), fc.integer({ min: 0, max: 5 }), (records, outOfOrderness) => {
        const [operator, context] = opened(['a', 'b', 'c'], { outOfOrderness })
        const latest = new Map([['a', -Infinity], ['b', -Infinity], ['c', -Infinity]])
        const expected: number[] = []
        for (const { split, time } of records) {
          feed(operator, context, split, time)
          latest.set(split, Math.max(latest.get(split)!, time))
          const watermark = Math.min(...latest.values()) - outOfOrderness - 1
          if (watermark > (expected.at(-1) ?? -Infinity)) expected.push(watermark)
        }
        expect(context.advanced).toEqual(expected)
      }),
    )
  })

  test('timestampsOnly leaves watermarks to whoever makes them', () => {
    const context = fakeContext()
    const stage = node({ timestampsOnly: true })
    const operator = stage.create(context)
    feed(operator, context, 'a', 10)
    expect(context).toMatchObject({ time: 10, advanced: [] })
    expect(stage.state).toBeNull()
    expect(operator.makesWatermarks).toBeUndefined()
  })
})

describe('an idle split', () => {
  test('holds the watermark no longer, and does again from its next record on', () => {
    const [operator, context] = opened(['a', 'b'], { idleAfter: 30 })
    expect(context.wakes).toEqual([30])
    context.clock = context.active = 20
    feed(operator, context, 'a', 100)
    context.clock = context.active = 30
    operator.onClock?.(30, context)
    expect(context.advanced).toEqual([99])
    expect(context.wakes).toEqual([30, 50])
    feed(operator, context, 'b', 40)
    feed(operator, context, 'a', 200)
    expect(context.advanced).toEqual([99])
    feed(operator, context, 'b', 150)
    expect(context.advanced).toEqual([99, 149])
  })

  test('time spent waiting for room downstream does not count', () => {
    const [operator, context] = opened(['a'], { idleAfter: 30 })
    context.clock = 1000
    context.active = 10
    operator.onClock?.(1000, context)
    expect(context.advanced).toEqual([])
    expect(context.wakes).toEqual([30, 1020])
  })

  test('where all are idle the stage is, until a record comes', () => {
    const [operator, context] = opened(['a'], { idleAfter: 30 })
    feed(operator, context, 'a', 100)
    context.clock = context.active = 30
    operator.onClock?.(30, context)
    expect(context.advanced).toEqual([99, NaN])
    feed(operator, context, 'a', 50)
    expect(context.advanced).toEqual([99, NaN, 99])
    expect(context.wakes).toEqual([30, 60])
  })
})

describe('eventTime, restored', () => {
  test('announces again what it had announced, before any record', () => {
    const [before, context] = opened(['a', 'b'])
    feed(before, context, 'a', 100)
    feed(before, context, 'b', 50)
    const after = restored(node().create(fakeContext()), snapshotOf(before))
    const later = fakeContext()
    after.onSplits?.(['a', 'b'], later)
    expect(later.advanced).toEqual([49])
    feed(after, later, 'b', 80)
    expect(later.advanced).toEqual([49, 79])
  })

  test('without a split its input has ended, too', () => {
    const [before, first] = opened(['a'])
    feed(before, first, 'a', 50)
    const after = restored(node().create(fakeContext()), snapshotOf(before))
    const later = fakeContext()
    after.onSplits?.([], later)
    expect(later.advanced).toEqual([Infinity])
  })

  test('at another parallelism keeps to its own splits and promises no more than all had reached', () => {
    const [one, first] = opened(['a', 'b'])
    feed(one, first, 'a', 100)
    feed(one, first, 'b', 50)
    const [two, second] = opened(['c'])
    feed(two, second, 'c', 70)
    const [none] = opened([])
    const context = fakeContext({ parallelism: 2 })
    const after = rescaled(node().create(context), [one, two, none].map(snapshotOf), context)
    after.onSplits?.(['a', 'c'], context)
    expect(context.advanced).toEqual([49])
    feed(after, context, 'a', 90)
    expect(context.advanced).toEqual([49, 69])
    expect(after.size?.()).toBe(2)
  })
})
