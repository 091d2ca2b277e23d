import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { aggregateNode, aggregator, count, sum } from '../../lib/windows/aggregate-spec.ts'
import { session, sliding, tumbling } from '../../lib/windows/assigner.ts'
import type { WindowFold } from '../../lib/windows/window-fold.ts'
import { Harness, type Sample, type Stage } from './window-harness.ts'
import { alignedOracle, sessionOracle } from './window-oracle.ts'
import { movingSteps, steps } from './window-inputs.ts'

const anySteps = fc.oneof(steps, movingSteps)
const lateness = 7
const aligned = { size: 12, slide: 5, offset: 3, lateness }

/** Throws on some calls, as a function of how many there have been. */
const shaky = (seed: number, harness: () => Harness): (() => void) => {
  let state = seed | 1
  return () => {
    if (!harness().isCalling) return
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    if (state % 8 === 0) throw new Error('shaken')
  }
}

const never = (): void => {}

/** `fail` is called by a value function, and by `add` before and after it has changed its accumulator in place. */
const listing = (fail: (record: Sample) => void, failResult: () => void = never): WindowFold => ({
  kind: 'aggregate',
  node: aggregateNode({
    n: count(),
    total: sum((r: Sample) => (fail(r), r.key === 'a' ? 1 : 2)),
    texts: aggregator({
      init: () => ({ held: [] as string[] }),
      add: (acc, r: Sample) => {
        fail(r)
        acc.held.push(String(r.time))
        fail(r)
        return acc
      },
      merge: (a, b) => {
        a.held.push(...b.held)
        return a
      },
      result: (acc) => (failResult(), acc),
    }),
    checks: aggregator({
      init: () => 0,
      add: (acc, r: Sample) => (fail(r), acc + r.time),
      merge: (a, b) => a + b,
      result: (acc) => acc,
    }),
  })!,
})

const listed = (samples: readonly Sample[]): unknown => ({
  n: samples.length,
  total: samples.reduce((total, { key }) => total + (key === 'a' ? 1 : 2), 0),
  texts: { held: samples.map(({ time }) => String(time)) },
  checks: samples.reduce((total, { time }) => total + time, 0),
})

/** Merged sessions have the texts of the earlier session first. */
const textsSorted = (outputs: readonly unknown[]): unknown =>
  outputs.map((output) => {
    const { value, ...rest } = output as { value: { texts: { held: string[] } } }
    return { ...rest, value: { ...value, texts: value.texts.held.toSorted() } }
  })

const alignedStage = (fold: WindowFold): Stage => ({ assigner: sliding(12, 5, { offset: 3 }), fold, lateness, guarded: true })
const sessionStage = (fold: WindowFold): Stage => ({ assigner: session(6), fold, lateness, guarded: true })

describe('a call that throws', () => {
  test('and then does not leaves no trace in aligned windows', () => {
    fc.assert(
      fc.property(anySteps, fc.nat(), (given, seed) => {
        const harness: Harness = new Harness(alignedStage(listing(shaky(seed, () => harness))))
        harness.attempts = 10_000
        expect(harness.run(given).outputs).toEqual(alignedOracle({ ...aligned, value: listed }, given).outputs)
      }),
    )
  })

  test('and then does not leaves no trace in sessions', () => {
    fc.assert(
      fc.property(anySteps, fc.nat(), (given, seed) => {
        const harness: Harness = new Harness(sessionStage(listing(shaky(seed, () => harness))))
        harness.attempts = 10_000
        const expected = sessionOracle({ gap: () => 6, lateness, value: listed }, given)
        expect(textsSorted(harness.run(given).outputs)).toEqual(textsSorted(expected.outputs))
      }),
    )
  })

  test('each time leaves its record out', () => {
    const isPoison = (record: Sample): boolean => record.v === 3
    const fail = (record: Sample): void => {
      if (isPoison(record)) throw new Error('poison')
    }
    fc.assert(
      fc.property(anySteps, (given) => {
        const windows = new Harness(alignedStage(listing(fail)))
        const sessions = new Harness(sessionStage(listing(fail)))
        windows.attempts = sessions.attempts = 3
        const expected = alignedOracle({ ...aligned, value: listed, isPoison }, given)
        const ofSessions = sessionOracle({ gap: () => 6, lateness, value: listed, isPoison }, given)
        expect(windows.run(given).outputs).toEqual(expected.outputs)
        expect(windows.late).toEqual(expected.late)
        expect(textsSorted(sessions.run(given).outputs)).toEqual(textsSorted(ofSessions.outputs))
        expect(sessions.late).toEqual(ofSessions.late)
      }),
    )
  })

  test('is undone without a guard where the accumulator is a number', () => {
    const fold: WindowFold = { kind: 'scan', seed: 0, fn: failingOn(13, (acc, r) => acc + r.v) }
    const harness = new Harness({ assigner: tumbling(10), fold })
    harness.attempts = 2
    harness.run([{ record: { key: 'a', time: 1, v: 1 } }, { record: { key: 'a', time: 2, v: 13 } }, { record: { key: 'a', time: 3, v: 2 } }])
    harness.watermark(Infinity)
    expect(harness.outputs.map(({ value }) => value)).toEqual([3])
  })

  test('cannot be undone where the accumulator may have changed in place', () => {
    const fold: WindowFold = {
      kind: 'scan',
      seed: [],
      fn: (acc, r) => {
        ;(acc as unknown[]).push(r)
        if ((r as Sample).v === 13) throw new Error('thirteen')
        return acc
      },
    }
    const harness = new Harness({ assigner: tumbling(10), fold })
    harness.record({ key: 'a', time: 1, v: 1 })
    expect(() => harness.record({ key: 'a', time: 2, v: 13 })).toThrow('thirteen')
  })

  test('of a new key leaves no key behind', () => {
    const fold: WindowFold = { kind: 'scan', seed: () => [], fn: failingOn(13, () => 0) }
    const harness = new Harness({ assigner: tumbling(10), fold })
    harness.record({ key: 'a', time: 1, v: 13 })
    expect(harness.size()).toBe(0)
  })
})

describe('a firing that throws', () => {
  test('gives the same output when it is tried again', () => {
    fc.assert(
      fc.property(anySteps, fc.nat(), (given, seed) => {
        const harness: Harness = new Harness(alignedStage(listing(never, shaky(seed, () => harness))))
        harness.attempts = 10_000
        expect(harness.run(given).outputs).toEqual(alignedOracle({ ...aligned, value: listed }, given).outputs)
      }),
    )
  })

  test('is left out alone', () => {
    const result = (acc: number): number => {
      if (acc === 13) throw new Error('thirteen')
      return acc
    }
    const parts = { init: () => 0, add: (acc: number, r: Sample) => acc + r.v, merge: (a: number, b: number) => a + b, result, commutative: true }
    for (const assigner of [tumbling(10), sliding(10, 5), session(3)]) {
      const harness = new Harness({ assigner: assigner as Stage['assigner'], fold: { kind: 'aggregate', node: aggregateNode(aggregator(parts))! } })
      harness.attempts = 3
      for (const [key, v] of [['a', 1], ['b', 13], ['c', 2]] as const) harness.record({ key, time: 5, v })
      harness.watermark(14)
      expect(harness.outputs.slice(0, 2).map(({ value }) => value)).toEqual([1, 2])
    }
  })

  test('says which key and window it was', () => {
    const fold: WindowFold = { kind: 'aggregate', node: aggregateNode(aggregator({ init: () => 0, add: () => 0, merge: () => 0, result: () => { throw new Error('no') } }))! }
    const harness = new Harness({ assigner: tumbling(10), fold })
    harness.record({ key: 'a', time: 5, v: 1 })
    const cursor = harness.operators[0]!.onWatermark!(9, harness.context)!
    expect(() => cursor.next(harness.context)).toThrow('no')
    expect(cursor.input()).toEqual({ key: 'a', window: { start: 0, end: 10 } })
  })
})

test.each([0, -5, 1.5, NaN, 'x'])('a session gap of %s fails the call', (gap) => {
  const harness = new Harness({ assigner: session(() => gap as number) as Stage['assigner'], fold: { kind: 'reduce', fn: (a) => a } })
  const { context } = harness
  context.time = 1
  context.key = 'a'
  const operator = harness.operators[0]!
  expect(() => operator.apply({}, context)).toThrow(RangeError)
  expect(operator.undo!({}, context)).toBe(true)
})

const failingOn =
  (v: number, fn: (acc: number, record: Sample) => number) =>
  (acc: unknown, record: unknown): number => {
    if ((record as Sample).v === v) throw new Error('failing')
    return fn(acc as number, record as Sample)
  }
