/** A topology drawn from a seed: records out of order, some of them late, functions that fail, windows of every kind. */
import {
  aggregate, average, count, eventTime, filter, first, flatMap, from, fromArray, hash, isolate, keyBy, last, map, max, maxBy, merge, min, minBy, offload, partition, range, rebalance, reduce,
  scan, session, sideOutput, sink, skip, sliding, source, sum, take, tap, toArray, topology, tumbling, window, aggregator,
} from 'millrace'
import type { DataStream, SinkConnector, Topology } from 'millrace'
import { seededRandom } from '../../lib/env/sim-random.ts'
import type { scored } from './scored.ts'

export interface Reading {
  readonly id: number
  readonly key: string | number
  readonly at: number
  readonly value: number
  /** Its function throws each time. */
  readonly poison: boolean
  /** Its function throws the first time it is called. */
  readonly flaky: boolean
}

export interface RandomJob {
  readonly topology: Topology
  readonly records: Readonly<Record<string, readonly Reading[]>>
  readonly parallelism: number
  readonly describe: string
  /** Forgets which flaky calls have failed: a new process remembers nothing. */
  forget(): void
}

export interface RandomJobOptions {
  readonly sinkOf: (id: string) => SinkConnector<never>
  readonly parallelism?: number
  /** Windows only of this kind. */
  readonly windows?: 'tumbling' | 'sliding' | 'session' | 'none'
  /** No function fails. */
  readonly calm?: boolean
  /** At parallelism 1 outputs come in one order: no several receivers lead to one sink. */
  readonly ordered?: boolean
}

/** Where a thread finds the topology: `simulatedRun` gives it to it. */
const made = { url: 'simulated:random' } as ImportMeta

const plain = (reading: Reading): { id: number; key: string | number; at: number; value: number } => ({ id: reading.id, key: reading.key, at: reading.at, value: reading.value })

export const randomJob = (seed: number, options: RandomJobOptions): RandomJob => {
  const random = seededRandom(seed ^ 0x70b)
  const draw = (below: number): number => random.below(below)
  const oneOf = <T>(...choices: T[]): T => choices[draw(choices.length)]!
  const parallelism = options.parallelism ?? oneOf(1, 1, 1, 2, 4)
  const calm = options.calm ?? random.chance(0.4)
  const words: string[] = [`parallelism ${parallelism}`]

  const jitter = oneOf(0, 3, 20, 60)
  // Several splits give the same multiset only where no record is behind its own split's watermark.
  const outOfOrderness = parallelism === 1 ? oneOf(0, 5, jitter) : jitter + 1
  const base = oneOf(0, -100_000, 1_700_000_000_000, 253_402_300_000_000)
  const readings = (prefix: number): Reading[] =>
    Array.from({ length: draw(60) }, (_, i) => ({
      id: prefix + i,
      key: oneOf<string | number>('a', 'b', 'c', 1, 2),
      at: base + i * 4 - draw(jitter + 1) + (random.chance(0.03) ? 500 : 0) * (parallelism === 1 ? 1 : 0),
      value: oneOf(draw(10), draw(10), 0.1 * draw(10), 1e16, -1e16),
      poison: !calm && random.chance(0.03),
      flaky: !calm && random.chance(0.05),
    }))

  let failed = new Set<string>()
  /** Wraps a function of one reading so that it throws where the reading says so. */
  const risky =
    <R>(name: string, fn: (reading: Reading) => R): ((reading: Reading) => R) =>
    (reading) => {
      if (reading.poison && reading.id % 3 === name.length % 3) throw new Error(`${name} never takes ${reading.id}`)
      if (reading.flaky && !failed.has(`${name} ${reading.id}`)) {
        failed.add(`${name} ${reading.id}`)
        throw new Error(`${name} does not take ${reading.id} at once`)
      }
      return fn(reading)
    }

  const sources: Record<string, readonly Reading[]> = { readings: readings(0) }
  let stream: DataStream<Reading> = from(source('readings', fromArray(sources['readings']!)))
  const assignTime = eventTime<Reading>(risky('time', (r) => r.at), { outOfOrderness })
  const pre = draw(3)
  for (let stage = 0; stage < pre; stage++) {
    const kind = oneOf('map', 'filter', 'flatMap', 'tap', 'isolate', 'skip')
    words.push(kind)
    if (kind === 'map') stream = stream.pipe(map(risky(`map${stage}`, (r) => ({ ...r, value: r.value + 1 }))))
    if (kind === 'filter') stream = stream.pipe(filter(risky(`filter${stage}`, (r) => r.value !== 3)))
    if (kind === 'flatMap')
      stream = stream.pipe(flatMap(risky(`flat${stage}`, (r) => (r.id % 4 === 0 ? [] : r.id % 4 === 1 ? [r] : twice(r)))))
    if (kind === 'tap') stream = stream.pipe(tap(risky(`tap${stage}`, () => undefined)))
    if (kind === 'isolate') stream = stream.pipe(isolate())
    if (kind === 'skip' && parallelism === 1) stream = stream.pipe(skip(2, { id: `skip${stage}` }))
  }
  const far = seededRandom(seed ^ 0x0ff1)
  const offloaded = (): DataStream<Reading> => {
    words.push('offload')
    return stream.pipe(offload<typeof scored>(new URL('./scored.ts', import.meta.url), 'scored', { concurrency: 1 + far.below(3) }))
  }
  if (far.chance(0.15)) stream = offloaded()
  stream = stream.pipe(assignTime)
  if (far.chance(0.15)) stream = offloaded()
  if (parallelism > 1 && random.chance(0.3)) {
    words.push('merge')
    sources['more'] = readings(1000)
    stream = merge(stream, from(source('more', fromArray(sources['more']!))).pipe(eventTime<Reading>((r) => r.at, { outOfOrderness })))
  }
  if (parallelism === 1 && random.chance(0.1)) {
    words.push('take')
    stream = stream.pipe(take(1000, { id: 'taken' }))
  }
  stream = spreadAnew(stream, seededRandom(seed ^ 0x9a27), risky('place', (r) => r.value), words)

  const late = sideOutput<Reading>('late')
  const readsLate = random.chance(0.5)
  const form = options.windows ?? oneOf('tumbling', 'sliding', 'session', 'none')
  const size = oneOf(5, 10, 40)
  const offset = oneOf(0, 0, 3, -7)
  const allowedLateness = oneOf(0, 0, 10, 60)
  words.push(form, `size ${size}`, `offset ${offset}`, `lateness ${allowedLateness}`, `outOfOrderness ${outOfOrderness}`, `jitter ${jitter}`)
  // From one split straight to several receivers: then order, late set and content are still a function of the input.
  const isWide = parallelism === 1 && options.ordered !== true && seededRandom(seed ^ 0x3a1).chance(0.4)
  if (isWide) words.push('three receivers')
  const keyed = stream.pipe(keyBy(risky('key', (r) => r.key), isWide ? { parallelism: 3 } : {}))
  const assigner = form === 'sliding' ? sliding(size, oneOf(5, 3, 10), { offset }) : form === 'session' ? session<Reading>(oneOf<number | ((r: Reading) => number)>(size, (r) => 3 + (r.id % 5))) : tumbling(size, { offset })
  const windowed = keyed.pipe(window(assigner, { allowedLateness, ...(readsLate && form !== 'none' ? { lateTo: late } : {}) }))
  const orderFree = { n: count(), total: sum(risky('sum', (r: Reading) => r.value)), mean: average((r: Reading) => r.value), low: min((r: Reading) => r.value), high: max((r: Reading) => r.value) }
  const ordered = { all: toArray<Reading>(), one: first<Reading>(), other: last<Reading>(), least: minBy((r: Reading) => r.value), most: maxBy((r: Reading) => r.value) }
  const ids = aggregator<Reading, { ids: number[] }, number[]>({
    init: () => ({ ids: [] }),
    add: (acc, r) => {
      acc.ids.push(r.id)
      return risky('add', () => acc)(r)
    },
    merge: (a, b) => ({ ids: [...a.ids, ...b.ids] }),
    result: (acc) => [...acc.ids],
  })
  // What depends on the order of arrival is only promised with one split.
  const fold = parallelism === 1 ? oneOf('order-free', 'ordered', 'custom', 'reduce', 'scan') : 'order-free'
  words.push(fold)
  const foldWith = form === 'none' ? keyed : windowed
  const folded = ((): DataStream<{ key: unknown; value: unknown }> => {
    const grouped = foldWith as typeof windowed
    if (fold === 'ordered') return grouped.pipe(aggregate(ordered, { id: 'fold' }))
    if (fold === 'custom') return grouped.pipe(aggregate({ ids, n: count() }, { id: 'fold' }))
    if (fold === 'reduce') return grouped.pipe(reduce((a, b) => ({ ...b, value: a.value + b.value, id: risky('reduce', (r) => r.id)(b) }), { id: 'fold' }))
    if (fold === 'scan' && form !== 'session') return grouped.pipe(scan((acc: number[], r) => [...acc, risky('scan', (x) => x.id)(r)], [], { id: 'fold' }))
    return grouped.pipe(aggregate(orderFree, { id: 'fold' }))
  })()
  const outputs = form === 'none' && parallelism > 1 ? folded.pipe(map(({ key }) => ({ key }))) : folded
  // Corrections would be late in the second windows, or not, as the receivers of the first ones come along.
  const second = form !== 'none' && random.chance(0.3) && !(isWide && allowedLateness > 0)
  const flows = [outputs.to(sink('results', options.sinkOf('results') as SinkConnector<unknown>))]
  if (second) {
    words.push('window of windows')
    flows.push(
      folded.pipe(
        keyBy(() => 'all'),
        window(tumbling(100)),
        aggregate({ n: count() }, { id: 'second-fold' }),
      ).to(sink('second', options.sinkOf('second') as SinkConnector<unknown>)),
    )
  }
  if (readsLate && form !== 'none') flows.push(from(late).pipe(map(plain)).to(sink('late-records', options.sinkOf('late-records') as SinkConnector<unknown>)))
  return {
    topology: topology(made, 'random', ...flows),
    records: sources,
    parallelism,
    describe: words.join(', '),
    forget: () => {
      failed = new Set()
    },
  }
}

function* twice(reading: Reading): Generator<Reading> {
  yield reading
  yield { ...reading, value: reading.value + 0.5 }
}

/** In one job of three, a stage that deals records out anew. */
const spreadAnew = (stream: DataStream<Reading>, random: ReturnType<typeof seededRandom>, valueOf: (reading: Reading) => number, words: string[]): DataStream<Reading> => {
  const kinds = ['range', 'range.sampled', 'hash', 'function', 'rebalance'] as const
  const kind = random.chance(1 / 3) ? kinds[random.below(kinds.length)]! : null
  if (kind === null) return stream
  const size = 1 + random.below(80)
  words.push(kind === 'range.sampled' ? `${kind} ${size}` : kind)
  switch (kind) {
    case 'range':
      return stream.pipe(partition(range([0.5, 3, 8], valueOf)))
    case 'range.sampled':
      return stream.pipe(partition(range.sampled(size, valueOf), { id: 'sampled' }))
    case 'hash':
      return stream.pipe(partition(hash(valueOf)))
    case 'function':
      return stream.pipe(partition((reading, n) => Math.abs(Math.trunc(valueOf(reading))) % n))
    case 'rebalance':
      return stream.pipe(rebalance())
  }
}
