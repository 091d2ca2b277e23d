import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { aggregateNode, count } from '../../lib/windows/aggregate-spec.ts'
import { session, sliding, tumbling } from '../../lib/windows/assigner.ts'
import { commonDivisor } from '../../lib/time/alignment.ts'
import { groupOf } from '../../lib/state/key-list.ts'
import { Harness, type Sample, type Stage, type Step } from './window-harness.ts'
import { alignedOracle, sessionOracle, type Expected } from './window-oracle.ts'
import { movingSteps, ordered, orderFree, orderFreeCustom, reduced, scanned, sorted, steps } from './window-inputs.ts'

const anySteps = fc.oneof(steps, movingSteps)

interface Case {
  readonly stage: Stage
  readonly expected: (steps: readonly Step[]) => Expected
}

const alignedCase = fc
  .record({
    size: fc.integer({ min: 1, max: 30 }),
    slide: fc.option(fc.integer({ min: 1, max: 40 }), { nil: null }),
    offset: fc.integer({ min: -50, max: 50 }),
    lateness: fc.constantFrom(0, 1, 7, 1000),
    tried: fc.constantFrom(orderFree, orderFreeCustom, ordered, reduced, scanned),
  })
  .map(({ size, slide, offset, lateness, tried: { fold, value } }): Case => {
    const isSliced = slide !== null && slide < size && (fold === orderFree.fold || fold === orderFreeCustom.fold)
    const layout = { size, slide: slide ?? size, offset, lateness, value, ...(isSliced ? { pane: commonDivisor(size, slide) } : {}) }
    return {
      stage: { assigner: slide === null ? tumbling(size, { offset }) : sliding(size, slide, { offset }), fold, lateness },
      expected: (given) => alignedOracle(layout, given),
    }
  })

const dynamicGap = (record: Sample): number => (record.v > 1 ? 9 : 4)
const joinTexts = (a: unknown, b: unknown): string => textOf(a) + textOf(b)
const textOf = (part: unknown): string => (typeof part === 'string' ? part : String((part as Sample).v))

const sessionCase = fc
  .record({
    gap: fc.option(fc.integer({ min: 1, max: 20 }), { nil: null }),
    lateness: fc.constantFrom(0, 1, 7, 1000),
    tried: fc.constantFrom(orderFree, orderFreeCustom, ordered, null),
  })
  .map(
    ({ gap, lateness, tried }): Case => ({
      stage: { assigner: session(gap ?? dynamicGap) as Stage['assigner'], fold: tried?.fold ?? { kind: 'reduce', fn: joinTexts }, lateness },
      expected: (given) =>
        sessionOracle(
          {
            gap: gap === null ? dynamicGap : () => gap,
            lateness,
            value: tried?.value ?? ((samples, joined) => (samples.length === 1 ? samples[0] : joined)),
          },
          given,
        ),
    }),
  )

const property = (cases: fc.Arbitrary<Case>, check: (one: Case, given: Step[]) => void): void =>
  fc.assert(fc.property(cases, anySteps, check), { numRuns: 400 })

describe.each([
  ['aligned windows', alignedCase],
  ['sessions', sessionCase],
])('%s', (_, cases) => {
  test('fire what brute force gives, in its order', () => {
    property(cases, ({ stage, expected }, given) => {
      const harness = new Harness(stage).run(given)
      const { outputs, late } = expected(given)
      expect(harness.outputs).toEqual(outputs)
      expect(harness.late).toEqual(late)
    })
  })

  test('hold nothing once everything has fired', () => {
    property(cases, ({ stage }, given) => {
      expect(new Harness(stage).run(given).size()).toBe(0)
    })
  })

  test('fire the same when restored after each step', () => {
    property(cases, ({ stage, expected }, given) => {
      const harness = new Harness(stage)
      harness.run(given, () => harness.restore())
      const { outputs, late } = expected(given)
      expect(harness.outputs).toEqual(outputs)
      expect(harness.late).toEqual(late)
    })
  })

  test('fire the same, in some order, when dealt out to other instances', () => {
    property(cases, ({ stage, expected }, given) => {
      const harness = new Harness(stage)
      const parallelisms = [3, 2, 1, 5]
      let turn = 0
      harness.run(given, () => harness.restore(parallelisms[turn++ % parallelisms.length]))
      const { outputs, late } = expected(given)
      expect(sorted(harness.outputs)).toEqual(sorted(outputs))
      expect(sorted(harness.late)).toEqual(sorted(late))
    })
  })

  test('copy what they give while they go on with it', () => {
    property(cases, ({ stage, expected }, given) => {
      const harness = new Harness(stage)
      const kept: string[] = []
      harness.run(given, () => {
        for (const output of harness.outputs.slice(kept.length)) kept.push(JSON.stringify(output))
      })
      expect(kept).toEqual(expected(given).outputs.map((output) => JSON.stringify(output)))
      expect(harness.outputs.map((output) => JSON.stringify(output))).toEqual(kept)
    })
  })
})

describe('after a change of parallelism', () => {
  const counted = { kind: 'aggregate', node: aggregateNode(count())! } as const

  test.each([tumbling(10), sliding(10, 5), session(10)])('key groups come in ascending order, each in its own: %o', (assigner) => {
    const harness = new Harness({ assigner: assigner as Stage['assigner'], fold: counted }, 2)
    const keys = Array.from({ length: 60 }, (_, i) => (i * 37) % 60)
    for (const key of keys) harness.record({ key, time: 5, v: 1 })
    harness.restore(1)
    harness.watermark(14)
    const group = (key: number): number => groupOf(key, 16)
    const expected = keys.toSorted((a, b) => group(a) - group(b) || keys.indexOf(a) - keys.indexOf(b))
    expect(harness.outputs.slice(0, 60).map(({ key }) => key)).toEqual(expected)
  })

  test('late firings are counted on', () => {
    for (const assigner of [tumbling(10), sliding(10, 5), session(10)]) {
      const harness = new Harness({ assigner: assigner as Stage['assigner'], fold: counted, lateness: 100 })
      harness.record({ key: 'a', time: 0, v: 1 })
      harness.watermark(20)
      for (const parallelism of [3, 2]) {
        harness.restore(parallelism)
        harness.outputs.length = 0
        harness.record({ key: 'a', time: 0, v: 1 })
      }
      expect(new Set(harness.outputs.map(({ pane }) => JSON.stringify(pane)))).toEqual(new Set(['{"index":2,"timing":"late","isLast":false}']))
    }
  })
})

test('many panes and keys: sliced windows fire what brute force gives', () => {
  const { fold, value } = orderFree
  let state = 1
  const random = (below: number): number => (state = (Math.imul(state, 48271) >>> 0) % 0x7fffffff) % below
  const given: Step[] = []
  for (let i = 0; i < 600; i++) {
    given.push({ record: { key: random(9), time: i - random(i % 100 === 0 ? 60 : 12), v: random(100) / 8 } })
    given.push({ watermark: i - 8 })
  }
  given.push({ watermark: Infinity })
  const harness = new Harness({ assigner: sliding(60, 2), fold, lateness: 3 }).run(given)
  const expected = alignedOracle({ size: 60, slide: 2, offset: 0, lateness: 3, value, pane: 2 }, given)
  expect(harness.outputs).toEqual(expected.outputs)
  expect(harness.late).toEqual(expected.late)
  expect(harness.size()).toBe(0)
})
