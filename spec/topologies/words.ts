/** Two shuffles, strings as keys, values of many kinds between threads: lists, dates, nothing at all, big numbers. */
import { aggregate, collect, count, eventTime, flatMap, from, generate, keyBy, map, parameter, session, sink, source, sum, toArray, topology, tumbling, window } from 'millrace'
import { writeNdjson } from 'millrace/files'

const rows = parameter('rows', 'INT', { default: 3_000 })
const output = parameter('output', 'STRING', { default: 'out.ndjson' })

const texts = source(
  'texts',
  generate((i) => ({ id: i, by: `author ${(i * 13) % 17}`, words: [`w${i % 29}`, `w${(i * 7) % 31}`], at: i, seen: new Date(i), missing: undefined, big: BigInt(i), none: -0 }), { count: rows }),
)
const byAuthor = from(texts).pipe(
  eventTime((text) => text.at),
  keyBy((text) => text.by),
  window(session(40)),
  aggregate({ texts: toArray(), n: count() }, { id: 'sessions' }),
)

/** What stays on the thread of whoever runs it. */
export const kept = collect<{ readonly by: string; readonly n: number }>()

export default topology(
  import.meta,
  'words',
  byAuthor
    .pipe(
      flatMap(({ value }) => value.texts.toSorted((a, b) => a.id - b.id).flatMap(({ words, seen, big, none }) => words.map((word) => ({ word, day: seen.getTime() % 7, big, isMinus: Object.is(none, -0) })))),
      keyBy((one) => ({ word: one.word, day: one.day })),
      window(tumbling(1_000)),
      aggregate({ n: count(), minus: sum((one) => (one.isMinus ? 1 : 0)), id: sum((one) => Number(one.big)) }, { id: 'words' }),
      map(({ key: { word, day }, window: { start }, value }) => ({ word, day, start, ...value })),
    )
    .to(sink('out', writeNdjson(output))),
  byAuthor.pipe(map(({ key, value }) => ({ by: key, n: value.n }))).to(sink('kept', kept)),
)
