/** Random steps for windows, and the folds they are tried with. */
import fc from 'fast-check'
import {
  aggregateNode,
  aggregator,
  average,
  count,
  first,
  last,
  max,
  maxBy,
  min,
  minBy,
  sum,
  toArray,
  type AggregateNode,
} from '../../lib/windows/aggregate-spec.ts'
import type { WindowFold } from '../../lib/windows/window-fold.ts'
import type { Sample, Step } from './window-harness.ts'

const sample: fc.Arbitrary<Sample> = fc.record({
  key: fc.constantFrom<Sample['key'][]>('a', 'b', 'c', 7, 'd'),
  time: fc.integer({ min: -60, max: 60 }),
  v: fc.constantFrom(1, 2, 3, 0.1, 0.2, -5, 1e16),
})

/** Records out of order, between them watermarks that grow, and the end of input. */
export const steps: fc.Arbitrary<Step[]> = fc
  .array(fc.oneof({ arbitrary: sample.map((record): Step => ({ record })), weight: 3 }, fc.integer({ min: -60, max: 60 }).map((watermark): Step => ({ watermark }))), {
    maxLength: 40,
  })
  .map((all) => {
    let watermark = -Infinity
    const growing = all.map((step): Step => ('record' in step ? step : { watermark: (watermark = Math.max(watermark, step.watermark)) }))
    return [...growing, { watermark: Infinity }]
  })

/** Records that move on in time with little disorder, each followed by the watermark that `eventTime` makes. */
export const movingSteps: fc.Arbitrary<Step[]> = fc
  .tuple(fc.array(fc.tuple(sample, fc.integer({ min: 0, max: 6 }), fc.integer({ min: 0, max: 15 })), { maxLength: 60 }), fc.integer({ min: 0, max: 20 }))
  .map(([all, outOfOrderness]) => {
    let now = -90
    let greatest = -Infinity
    const made: Step[] = []
    for (const [record, step, behind] of all) {
      now += step
      const time = now - behind
      greatest = Math.max(greatest, time)
      made.push({ record: { ...record, time } }, { watermark: greatest - outOfOrderness - 1 })
    }
    return [...made, { watermark: Infinity }]
  })

const nodeOf = (spec: unknown): AggregateNode => aggregateNode(spec)!

interface Tried {
  readonly fold: WindowFold
  readonly value: (samples: readonly Sample[]) => unknown
}

const best = (samples: readonly Sample[], isBetter: (a: Sample, b: Sample) => boolean): Sample =>
  samples.reduce((held, next) => (isBetter(next, held) ? next : held))

const exactTotal = (samples: readonly Sample[]): number => {
  // v is a multiple of 0.1's or 0.2's double, or whole: as bigint in units of 2^-60.
  const unit = 2 ** 60
  const whole = samples.reduce((total, { v }) => total + BigInt(Math.trunc(v)) * BigInt(unit) + BigInt((v - Math.trunc(v)) * unit), 0n)
  return Number(whole) / unit
}

export const orderFree: Tried = {
  fold: {
    kind: 'aggregate',
    node: nodeOf({
      n: count(),
      total: sum((r: Sample) => r.v),
      mean: average((r: Sample) => r.v),
      low: min((r: Sample) => r.v),
      high: max((r: Sample) => r.v),
    }),
  },
  value: (samples) => ({
    n: samples.length,
    total: exactTotal(samples),
    mean: exactTotal(samples) / samples.length,
    low: Math.min(...samples.map(({ v }) => v)),
    high: Math.max(...samples.map(({ v }) => v)),
  }),
}

/** Changes its accumulator in place. */
const seen = aggregator({
  init: () => [] as number[],
  add: (held: number[], r: Sample) => {
    held.push(r.v)
    return held
  },
  merge: (a, b) => {
    a.push(...b)
    return a
  },
  result: (held) => held.toSorted((a, b) => a - b),
  commutative: true,
})

export const orderFreeCustom: Tried = {
  fold: { kind: 'aggregate', node: nodeOf({ seen, n: count() }) },
  value: (samples) => ({ seen: samples.map(({ v }) => v).sort((a, b) => a - b), n: samples.length }),
}

export const ordered: Tried = {
  fold: {
    kind: 'aggregate',
    node: nodeOf({
      all: toArray(),
      first: first(),
      last: last(),
      least: minBy((r: Sample) => r.v),
      most: { most: maxBy((r: Sample) => r.v) },
      seen,
    }),
  },
  value: (samples) => ({
    all: samples,
    first: best(samples, (a, b) => a.time < b.time),
    last: best(samples, (a, b) => a.time >= b.time),
    least: best(samples, (a, b) => a.v < b.v),
    most: { most: best(samples, (a, b) => a.v > b.v) },
    seen: samples.map(({ v }) => v).sort((a, b) => a - b),
  }),
}

export const reduced: Tried = {
  fold: {
    kind: 'reduce',
    fn: (a, b) => ({ ...(a as Sample), v: (a as Sample).v * 2 + (b as Sample).v }),
  },
  value: (samples) => samples.reduce((a, b) => ({ ...a, v: a.v * 2 + b.v })),
}

/** Changes its accumulator in place and is it. */
export const scanned: Tried = {
  fold: {
    kind: 'scan',
    seed: { texts: [] },
    fn: (held, record) => {
      const { texts } = held as { texts: string[] }
      texts.push(`${(record as Sample).time}:${(record as Sample).v}`)
      return held
    },
  },
  value: (samples) => ({ texts: samples.map(({ time, v }) => `${time}:${v}`) }),
}

export const sorted = (values: readonly unknown[]): string[] => values.map((value) => JSON.stringify(value)).sort()
