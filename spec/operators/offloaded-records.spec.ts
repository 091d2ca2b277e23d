import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { WAITING, DONE, NONE } from '../../lib/operators/operator.ts'
import type { Cursor } from '../../lib/operators/operator.ts'
import { OffloadedRecords } from '../../lib/operators/offloaded-records.ts'
import type { CallOutcome } from '../../lib/env/offloader.ts'
import { fakeContext } from './fake-context.ts'

interface Call {
  readonly record: unknown
  readonly done: (outcome: CallOutcome) => void
}

/** An operator over a pool whose calls the test answers; what leaves it, watermarks and ends of splits included, is written down. */
const held = (room: number) => {
  const calls: Call[] = []
  const left: unknown[] = []
  const seen = { wakes: 0 }
  const operator = new OffloadedRecords({ room, call: (record, done) => void calls.push({ record, done }), close: async () => undefined }, () => void seen.wakes++)
  const context = fakeContext()
  Object.assign(context, { advance: (at: number) => void left.push({ at }), endSplit: (origin: string) => void left.push({ origin }) })
  let open: Cursor | null = null
  /** Reads what waits; false: the actor has to wait. */
  const read = (): boolean => {
    while (open !== null) {
      const output = open.next(context)
      if (output === WAITING) return false
      if (output === DONE) open = null
      else if (output !== NONE) left.push({ record: output, time: context.time, key: context.key, origin: context.origin })
    }
    return true
  }
  const take = (cursor: Cursor | null): boolean => {
    open = cursor
    return read()
  }
  const push = (record: unknown, facts: { time?: number; key?: unknown; origin?: string } = {}): boolean => {
    operator.onBatch(facts.origin ?? '')
    Object.assign(context, { time: facts.time ?? NaN, key: facts.key })
    return take(operator.apply(record, context))
  }
  const answer = (index: number, outcome?: CallOutcome): void => {
    const [call] = calls.splice(index, 1)
    call!.done(outcome ?? { type: 'value', value: call!.record })
  }
  const recordsLeft = (): unknown[] => left.map((one) => (one as { record: unknown }).record)
  return { operator, context, calls, left, seen, read, take, push, answer, recordsLeft, wake: () => (open === null ? take(operator.onClock()) : read()) }
}

/** Records and ends of splits, each with the watermark before it; the last watermark. */
const withMarks = (all: readonly unknown[]): unknown[] => {
  let at = -Infinity
  const seen = (all as readonly { readonly at?: number; readonly record?: unknown; readonly origin?: string }[]).flatMap((one) => {
    if (one.at === undefined) return ['record' in one ? { record: one.record, at } : { origin: one.origin, at }]
    at = one.at
    return []
  })
  return [...seen, at]
}

describe('records under way', () => {
  test('leave in their order, whatever is answered first', () => {
    const { push, answer, wake, recordsLeft } = held(10)
    for (const record of [1, 2, 3]) push(record)
    answer(2)
    answer(1)
    wake()
    expect(recordsLeft()).toEqual([])
    answer(0)
    wake()
    expect(recordsLeft()).toEqual([1, 2, 3])
  })

  test('keep their time, key and split', () => {
    const { push, answer, wake, left } = held(10)
    push('a', { time: 5, key: 'k', origin: 's/0' })
    push('b', { time: 6, key: 'l', origin: 's/1' })
    answer(1)
    answer(0)
    wake()
    expect(left).toEqual([
      { record: 'a', time: 5, key: 'k', origin: 's/0' },
      { record: 'b', time: 6, key: 'l', origin: 's/1' },
    ])
  })

  test('are no more than there is room for: the next one waits', () => {
    const { push, calls, answer, wake } = held(3)
    expect([push(1), push(2), push(3)]).toEqual([true, true, false])
    answer(1)
    expect(wake()).toBe(false)
    answer(0)
    expect(wake()).toBe(true)
    expect(calls).toHaveLength(1)
  })

  test('wake their actor where the first of them is answered, and for no other', () => {
    const { push, answer, seen } = held(10)
    for (const record of [1, 2, 3]) push(record)
    answer(1)
    expect(seen.wakes).toBe(0)
    answer(0)
    expect(seen.wakes).toBe(1)
  })

  test('are all back before a barrier passes', () => {
    const { operator, push, answer, read, take, recordsLeft } = held(10)
    for (const record of [1, 2]) push(record)
    expect(take(operator.onBarrier())).toBe(false)
    answer(0)
    expect(read()).toBe(false)
    answer(0)
    expect(read()).toBe(true)
    expect(recordsLeft()).toEqual([1, 2])
    expect(operator.onBarrier()).toBe(null)
  })

  test('are followed by the last watermark and the last word on idleness that came behind each', () => {
    const { operator, push, answer, wake, left } = held(10)
    push('a')
    expect([3, NaN, 4, NaN].map((at) => operator.keepsWatermark(at))).toEqual([true, true, true, true])
    push('b')
    operator.keepsWatermark(5)
    answer(0)
    wake()
    expect(left.slice(1)).toEqual([{ at: 4 }, { at: NaN }])
    answer(0)
    wake()
    expect(left.slice(4)).toEqual([{ at: 5 }])
    expect(operator.size()).toBe(0)
  })

  test('hold nothing back that comes when there are none', () => {
    const { operator } = held(10)
    expect(operator.keepsWatermark(3)).toBe(false)
    expect(operator.keepsSplitEnd('s/0')).toBe(false)
    expect(operator.onWatermark(Infinity)).toBe(null)
  })

  test('that fail are called again only when asked for again', () => {
    const { operator, push, answer, calls, take, read, recordsLeft } = held(10)
    push(1)
    const error = new Error('not this one')
    answer(0, { type: 'failed', error })
    const cursor = operator.onClock()!
    expect(() => take(cursor)).toThrow(error)
    expect([calls.length, cursor.failures!(), cursor.input()]).toEqual([0, 1, 1])
    expect(take(operator.onBarrier())).toBe(false)
    answer(0, { type: 'failed', error })
    expect(read).toThrow(error)
    expect(cursor.failures!()).toBe(2)
    cursor.skip()
    expect([read(), recordsLeft(), operator.size()]).toEqual([true, [], 0])
  })

  test('are handed over when the actor is stopped, but for the one that stopped it', () => {
    const { operator, push, answer, take } = held(10)
    for (const record of [1, 2, 3]) push(record)
    operator.keepsWatermark(3)
    answer(0, { type: 'failed', error: new Error('no') })
    expect(() => take(operator.onClock())).toThrow('no')
    expect(operator.unanswered()).toEqual([2, 3])
    expect(operator.size()).toBe(0)
  })

  test('come out as they went in, with all that came between them, at any order of answers', () => {
    const event = fc.oneof(
      { weight: 4, arbitrary: fc.record({ type: fc.constant('record' as const), value: fc.nat(99) }) },
      { weight: 1, arbitrary: fc.record({ type: fc.constant('mark' as const), value: fc.nat(99) }) },
      { weight: 1, arbitrary: fc.record({ type: fc.constant('split' as const), value: fc.nat(9) }) },
      { weight: 4, arbitrary: fc.record({ type: fc.constant('answer' as const), value: fc.nat(99) }) },
    )
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), fc.integer({ min: 1, max: 5 }), (events, room) => {
        const { operator, push, answer, calls, wake, take, read, left } = held(room)
        const came: unknown[] = []
        const answerOne = (value: number): boolean => {
          if (calls.length > 0) answer(value % calls.length)
          return wake()
        }
        let at = 0
        for (const { type, value } of events) {
          if (type === 'record') {
            came.push({ record: value })
            if (!push(value)) while (!answerOne(value));
            expect(calls.length).toBeLessThan(room)
          } else if (type === 'mark') {
            came.push({ at: (at += value) })
            if (!operator.keepsWatermark(at)) left.push({ at })
          } else if (type === 'split') {
            came.push({ origin: `s/${value}` })
            if (!operator.keepsSplitEnd(`s/${value}`)) left.push({ origin: `s/${value}` })
          } else answerOne(value)
        }
        if (!take(operator.onWatermark(Infinity))) while (!read()) answer(0)
        expect(withMarks(left)).toEqual(withMarks(came))
        expect(operator.size()).toBe(0)
      }),
    )
  })
})
