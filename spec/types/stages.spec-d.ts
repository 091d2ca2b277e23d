/** What infers through a pipe and what is refused: compiled, never run. */
import {
  aggregate,
  aggregator,
  average,
  broadcast,
  count,
  eventTime,
  filter,
  first,
  flatMap,
  offload,
  from,
  hash,
  isolate,
  keyBy,
  map,
  max,
  maxBy,
  merge,
  mergeWith,
  minBy,
  oneForOne,
  parallelism,
  partition,
  range,
  rebalance,
  reduce,
  scan,
  seconds,
  session,
  sideOutput,
  sink,
  skip,
  sliding,
  source,
  sum,
  take,
  tap,
  toArray,
  topology,
  tumbling,
  window,
} from '../../lib/index.ts'
import type { DataStream, Keyed, KeyedStream, Windowed } from '../../lib/index.ts'
import { accepting, records, yes } from './connectors.ts'
import type { Equal } from './connectors.ts'

interface Line {
  id: number | null
  value: string
  at: number
}
const lines = source('lines', records<Line>())
const numbers = from(source('numbers', records<number>()))

const joined = from(lines).pipe(
  eventTime((r) => r.at, { outOfOrderness: seconds(5) }),
  map((r) => ({ ...r, value: r.value.toUpperCase() })),
  keyBy((r) => r.value),
  window(tumbling(seconds(10))),
  reduce((a, b) => ({ ...a, value: `${a.value},${b.value}` }), { id: 'joined' }),
)
yes<Equal<typeof joined, DataStream<Windowed<string, { value: string; id: number | null; at: number }>>>>()

const stats = from(lines).pipe(
  keyBy((r) => r.value),
  window(tumbling(10)),
  aggregate({ n: count(), at: average((r) => r.at) }, { id: 'stats' }),
)
yes<Equal<typeof stats extends DataStream<infer W> ? W : 0, Windowed<string, { n: number; at: number }>>>()

const single = from(lines).pipe(
  keyBy((r) => r.value),
  aggregate(sum((r) => r.at), { id: 'single' }),
)
yes<Equal<typeof single, DataStream<Keyed<string, number>>>>()

const running = from(lines).pipe(
  keyBy((r) => (r.at > 5 ? 'big' : 'small')),
  scan((n, r) => n + r.at, 0, { id: 'running' }),
)
yes<Equal<typeof running, DataStream<Keyed<'big' | 'small', number>>>>()

const seeded = from(lines).pipe(
  keyBy((r) => [r.value, r.at] as const),
  scan((set, r) => set.add(r.at), () => new Set<number>(), { id: 'seeded' }),
)
yes<Equal<typeof seeded, DataStream<Keyed<readonly [string, number], Set<number>>>>>()

const folded = from(lines).pipe(
  keyBy((r) => r.value),
  window(sliding(10, 5)),
  scan((n, r) => n + r.at, 0, { id: 'folded' }),
)
yes<Equal<typeof folded, DataStream<Windowed<string, number>>>>()

const whole = from(lines).pipe(
  keyBy((r) => r.value),
  aggregate(
    {
      earliest: first(),
      least: minBy((r) => r.at),
      most: maxBy((r) => r.value),
      all: toArray(),
      peak: max((r) => r.at),
      users: aggregator({
        init: () => new Set<string>(),
        add: (set, r) => set.add(r.value),
        merge: (a, b) => new Set([...a, ...b]),
        result: (set) => set.size,
      }),
    },
    { id: 'whole' },
  ),
  map((r) => r.value),
)
yes<Equal<typeof whole extends DataStream<infer R extends { users: unknown }> ? R['users'] : 0, number>>()
yes<Equal<typeof whole extends DataStream<infer R extends { least: unknown }> ? R['least'] : 0, Line>>()

const mixed = from(source('mixed', records<{ kind: 'a'; a: number } | { kind: 'b' }>()))
const narrowed = mixed.pipe(
  filter((r) => r.kind === 'a'),
  map((r) => r.a),
)
yes<Equal<typeof narrowed, DataStream<number>>>()

const words = from(lines).pipe(
  flatMap((r) => r.value.split(' ')),
  tap((word) => word.length),
  take(5),
  skip(1),
)
yes<Equal<typeof words, DataStream<string>>>()
const url = new URL('./scores.ts', import.meta.url)
const scored = numbers.pipe(offload<(n: number) => Promise<{ score: number }>>(url, 'score'), map(({ score }) => score))
yes<Equal<typeof scored, DataStream<number>>>()
const unknown = numbers.pipe(offload(url, 'score'))
yes<Equal<typeof unknown, DataStream<unknown>>>()
// @ts-expect-error the function takes other records
numbers.pipe(offload<(text: string) => number>(url, 'score'))
const yielded = numbers.pipe(
  flatMap(function* (n) {
    yield n
    yield 'end'
  }),
)
yes<Equal<typeof yielded, DataStream<number | 'end'>>>()

const spread = from(lines).pipe(
  partition(range([10, 20], (r) => r.at)),
  partition(range.sampled(100, (r) => r.at), { id: 'by-time' }),
  partition(hash((r) => r.value)),
  partition((r, n) => r.at % n),
  rebalance(),
  broadcast(),
  isolate(),
  parallelism(2),
)
yes<Equal<typeof spread, DataStream<Line>>>()

const union = merge(numbers, words)
yes<Equal<typeof union, DataStream<string | number>>>()
const union2 = numbers.pipe(mergeWith(words))
yes<Equal<typeof union2, DataStream<string | number>>>()

const keyed = numbers.pipe(keyBy((n) => n))
yes<Equal<typeof keyed, KeyedStream<number, number>>>()
yes<Equal<ReturnType<typeof plain>, DataStream<number>>>()
const plain = () => keyed.pipe(isolate())

from(lines).pipe(
  keyBy((r) => r.value),
  window(session((r) => r.at)),
  aggregate(count(), { id: 'sessions' }),
)
const late = sideOutput<Line>('late')
from(lines).pipe(
  keyBy((r) => r.value),
  window(tumbling(10), { allowedLateness: 5, lateTo: late }),
  aggregate(count(), { id: 'n', supervision: oneForOne({ decide: ({ attempt }) => (attempt > 1 ? 'resume' : 'restart') }) }),
)
topology(import.meta, 'types', from(late).to(sink('late-lines', accepting<Line>())))
numbers.to(sink('wider', accepting<number | string>()))

const otherLate = sideOutput<{ other: number }>('other-late')

// @ts-expect-error window before keyBy
from(lines).pipe(window(tumbling(10)))
// @ts-expect-error aggregate before keyBy
from(lines).pipe(aggregate(count(), { id: 'n' }))
from(lines).pipe(
  keyBy((r) => r.value),
  // @ts-expect-error a side output of another type
  window(tumbling(10), { lateTo: otherLate }),
  aggregate(count(), { id: 'n' }),
)
from(lines).pipe(
  keyBy((r) => r.value),
  // @ts-expect-error no id
  scan((n, r) => n + r.at, 0),
)
from(lines).pipe(
  keyBy((r) => r.value),
  // @ts-expect-error no id
  reduce((a) => a),
)
// @ts-expect-error a sink of another type
from(lines).to(sink('s', accepting<number>()))
// @ts-expect-error a key that cannot be hashed
from(lines).pipe(keyBy((r) => new Date(r.at)))
// @ts-expect-error a key that may be undefined
from(lines).pipe(keyBy((r) => (r.at > 5 ? 'big' : undefined)))
// @ts-expect-error a time that is no number
from(lines).pipe(eventTime((r) => r.value))
from(lines).pipe(
  keyBy((r) => r.value),
  // @ts-expect-error not in this version
  window(tumbling(10), { mode: 'discarding' }),
  aggregate(count(), { id: 'n' }),
)
// @ts-expect-error a misspelt option
from(lines).pipe(map((r) => r.at, { paralelism: 2 }))
// @ts-expect-error a bound of another kind than the value
from(lines).pipe(partition(range(['a'], (r) => r.at)))
from(lines).pipe(
  keyBy((r) => r.value),
  window(tumbling(10)),
  // @ts-expect-error a windowed stream cannot end in a sink
  (windowed) => windowed.to(sink('windows', accepting<Line>())),
)
