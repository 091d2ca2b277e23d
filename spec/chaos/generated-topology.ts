/** A million generated records, counted and summed for a thousand keys in windows of event time. */
import { aggregate, count, eventTime, from, generate, keyBy, map, sum, tumbling, window } from 'millrace'
import { millis, parameter, seconds, sink, source, topology } from 'millrace'
import { writeNdjson } from 'millrace/files'

const output = parameter('output', 'STRING')
const records = parameter('records', 'INT')
const recordsPerSecond = parameter('records-per-second', 'INT')

const KEYS = 1_000
const DISORDER_MS = 100

/** Murmur3's finaliser: the same record for the same index in every process. */
const mix = (index: number): number => {
  let h = Math.imul(index ^ (index >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}

const generated = source(
  'generated',
  generate(
    (index) => {
      const h = mix(index)
      return { key: h % KEYS, value: (h >>> 10) % 1_000, at: index - (h % DISORDER_MS) }
    },
    { count: records, ratePerSecond: recordsPerSecond },
  ),
)

export default topology(
  import.meta,
  'generated',
  from(generated)
    .pipe(
      eventTime((record) => record.at, { outOfOrderness: millis(DISORDER_MS) }),
      keyBy((record) => record.key),
      window(tumbling(seconds(20))),
      aggregate({ n: count(), total: sum((record) => record.value) }, { id: 'per-key' }),
      map(({ key, window: { start }, value: { n, total } }) => ({ key, start, n, total })),
    )
    .to(sink('totals', writeNdjson(output))),
)
