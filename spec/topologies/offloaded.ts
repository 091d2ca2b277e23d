/** A function called on threads of its own, between event time and windows, and once more before the end. */
import { aggregate, count, eventTime, from, generate, keyBy, map, offload, parameter, sink, source, sum, topology, tumbling, window } from 'millrace'
import { writeNdjson } from 'millrace/files'
import type { score } from './scores.ts'

const rows = parameter('rows', 'INT', { default: 3_000 })
const rowsPerSecond = parameter('rows-per-second', 'DOUBLE', { default: 1e9 })
const output = parameter('output', 'STRING', { default: 'out.ndjson' })
const scored = parameter('scored', 'STRING', { default: 'scored.ndjson' })
const scores = new URL('./scores.ts', import.meta.url)

const all = from(source('numbers', generate((i) => ({ id: i, key: (i * 7919) % 13, at: i - (i % 97) }), { count: rows, ratePerSecond: rowsPerSecond }))).pipe(
  eventTime((row) => row.at, { outOfOrderness: 100 }),
  offload<typeof score>(scores, 'score', { id: 'score', concurrency: 2 }),
)

export default topology(
  import.meta,
  'offloaded',
  all
    .pipe(
      keyBy((row) => row.key),
      window(tumbling(300)),
      aggregate({ n: count(), total: sum((row) => row.score), seen: sum((row) => row.seen.getTime()) }, { id: 'per-window' }),
      map(({ key, window: { start }, value }) => ({ key, start, ...value })),
    )
    .to(sink('out', writeNdjson(output))),
  all.pipe(map(({ id, score: value }) => ({ id, value }))).to(sink('scored', writeNdjson(scored))),
)
