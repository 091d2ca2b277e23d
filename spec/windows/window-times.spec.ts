import { describe, expect, test } from 'vitest'
import { DONE } from '../../lib/operators/operator.ts'
import { aggregateNode, count } from '../../lib/windows/aggregate-spec.ts'
import { session, sliding, tumbling } from '../../lib/windows/assigner.ts'
import { Harness, type Stage } from './window-harness.ts'

const counted = { kind: 'aggregate', node: aggregateNode(count())! } as const
const day = 86_400_000
const assigners = [tumbling(1000), sliding(1000, 250), sliding(1000, 300), sliding(250, 1000), session(1000)] as Stage['assigner'][]
const windows = (harness: Harness): unknown[] => harness.outputs.map(({ window: { start, end }, value }) => [start, end, value])

describe('times', () => {
  test.each(assigners)('weeks apart cost nothing in between: %o', (assigner) => {
    const harness = new Harness({ assigner, fold: counted })
    for (let week = 0; week < 2000; week++) {
      harness.record({ key: 'a', time: week * 7 * day, v: 1 })
      harness.watermark(week * 7 * day)
      expect(harness.size()).toBeLessThan(10)
    }
    harness.watermark(Infinity)
    expect(harness.outputs.reduce((total, { value }) => total + (value as number), 0)).toBeGreaterThanOrEqual(2000)
  })

  test('before 1970 lie in the window that begins before them', () => {
    const harness = new Harness({ assigner: tumbling(10, { offset: -3 }), fold: counted })
    for (const time of [-14, -13, -4, -3, -1, 0, 6, 7]) harness.record({ key: 'a', time, v: 1 })
    harness.watermark(Infinity)
    expect(windows(harness)).toEqual([[-23, -13, 1], [-13, -3, 2], [-3, 7, 4], [7, 17, 1]])
  })

  test('of the year 9999 keep their milliseconds', () => {
    const time = Date.UTC(9999, 11, 31, 23, 59, 59, 999)
    const harness = new Harness({ assigner: tumbling(1000, { offset: 1 - 1e15 }), fold: counted })
    harness.record({ key: 'a', time, v: 1 })
    harness.watermark(Infinity)
    expect(windows(harness)).toEqual([[time - 998, time + 2, 1]])
  })

  test.each(assigners)('that are none fail the call: %o', (assigner) => {
    const harness = new Harness({ assigner, fold: counted })
    harness.context.key = 'a'
    for (const time of [NaN, 1e300, -Infinity]) {
      harness.context.time = time
      const operator = harness.operators[0]!
      expect(() => operator.apply({}, harness.context)).toThrow('TIMESTAMP_INVALID')
      expect(operator.undo!({}, harness.context)).toBe(true)
    }
    harness.watermark(Infinity)
    expect(harness.outputs).toEqual([])
  })

  test('in the gap between windows that slide further than they reach are in none, and not late', () => {
    const harness = new Harness({ assigner: sliding(10, 100), fold: counted })
    harness.watermark(500)
    harness.record({ key: 'a', time: 50, v: 1 })
    expect(harness.late).toEqual([])
    harness.record({ key: 'a', time: 5, v: 1 })
    expect(harness.late).toHaveLength(1)
  })
})

test.each(assigners)('the key null is a key: %o', (assigner) => {
  const harness = new Harness({ assigner, fold: counted })
  harness.record({ key: null, time: 0, v: 1 })
  harness.record({ key: null, time: 1, v: 1 })
  harness.restore()
  harness.watermark(Infinity)
  for (const { key, value } of harness.outputs) expect([key, value]).toEqual([null, 2])
})

describe('without event time', () => {
  const clocked = (assigner: Stage['assigner']): Harness => {
    const harness = new Harness({ assigner, fold: counted })
    harness.context.eventTime = false
    return harness
  }
  const at = (harness: Harness, now: number): void => {
    harness.context.clock = now
    harness.record({ key: 'a', time: NaN, v: 1 })
  }
  const wake = (harness: Harness, now: number): void => {
    harness.context.clock = now
    harness.drain(harness.operators[0]!.onClock!(now, harness.context))
  }

  test.each(assigners.slice(0, 3))('a window fires when the clock has passed its end: %o', (assigner) => {
    const harness = clocked(assigner)
    at(harness, 100)
    const first = harness.context.wakes[0]!
    wake(harness, first - 1)
    expect(harness.outputs).toEqual([])
    wake(harness, first)
    expect(harness.outputs).toHaveLength(1)
    expect(harness.outputs[0]!.window.end).toBe(first)
    for (let wakes = 1; wakes < harness.context.wakes.length; wakes++) wake(harness, harness.context.wakes[wakes]!)
    expect(harness.size()).toBe(0)
  })

  test('a session that goes on is asked for again', () => {
    const harness = clocked(session(10) as Stage['assigner'])
    at(harness, 0)
    at(harness, 8)
    wake(harness, 10)
    expect(harness.outputs).toEqual([])
    wake(harness, harness.context.wakes.at(-1)!)
    expect(windows(harness)).toEqual([[0, 18, 2]])
  })

  test('a watermark fires nothing but at the end of input', () => {
    const harness = clocked(tumbling(10))
    at(harness, 0)
    harness.watermark(1000)
    expect(harness.outputs).toEqual([])
    harness.watermark(Infinity)
    expect(harness.outputs[0]!.pane).toEqual({ index: 0, timing: 'on-time', isLast: true })
  })

  test('a clock that is set back makes no record late', () => {
    const harness = clocked(tumbling(10))
    at(harness, 100)
    wake(harness, 110)
    at(harness, 50)
    harness.watermark(Infinity)
    expect(harness.late).toEqual([])
    expect(windows(harness)).toEqual([[100, 110, 1], [110, 120, 1]])
  })

  test('windows that are restored ask to be woken', () => {
    const harness = clocked(tumbling(10))
    at(harness, 0)
    harness.context.wakes.length = 0
    harness.restore()
    expect(harness.context.wakes).toEqual([10])
  })
})

test('firings are made one by one, as they are taken', () => {
  const taken: number[] = []
  const node = aggregateNode({ n: count() })!
  const harness = new Harness({ assigner: tumbling(10), fold: { kind: 'aggregate', node } })
  for (let i = 0; i < 100; i++) harness.record({ key: i, time: i % 30, v: 1 })
  const cursor = harness.operators[0]!.onWatermark!(Infinity, harness.context)!
  expect(harness.size()).toBe(100)
  for (let output = cursor.next(harness.context); output !== DONE; output = cursor.next(harness.context)) taken.push(harness.size())
  expect(taken[0]).toBe(100)
  expect(taken.at(-1)).toBeLessThan(50)
  expect(harness.size()).toBe(0)
})
