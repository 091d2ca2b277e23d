/** Words sung by four voices, counted in windows of ten seconds: two windowed stages, one behind the other. */
import { fileURLToPath } from 'node:url'
import {
  aggregate,
  eventTime,
  flatMap,
  from,
  keyBy,
  map,
  parameter,
  reduce,
  seconds,
  sink,
  source,
  sum,
  topology,
  tumbling,
  window,
} from 'millrace'
import { readCsv, writeCsv } from 'millrace/files'

const beside = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

const input = source(
  'sung',
  readCsv(
    beside('input.csv'),
    'id INT NOT NULL, value STRING NOT NULL, at TIMESTAMP NOT NULL',
    // All at once.
    { ratePerSecond: parameter('words-per-second', 'DOUBLE', { default: 1e6 }) },
  ),
)
const output = sink(
  'counts',
  writeCsv<{ word: string; start: number; count: number }>(
    parameter('output', 'STRING', { default: beside('output/counts.csv') }),
    ['word', 'start', 'count'],
    { existing: 'replace' },
  ),
)

export default topology(
  import.meta,
  'introduction',
  from(input)
    .pipe(
      eventTime((row) => row.at, { outOfOrderness: seconds(5) }),
      map((row) => ({ ...row, value: row.value.toUpperCase() })),
      keyBy((row) => row.id),
      window(tumbling(seconds(10))),
      reduce((a, b) => ({ ...a, value: `${a.value},${b.value}` }), { id: 'joined-per-id' }),
      flatMap((joined) => joined.value.value.split(',')),
      map((word) => ({ word, n: 1 })),
      keyBy((one) => one.word),
      window(tumbling(seconds(10))),
      aggregate(
        sum((one) => one.n),
        { id: 'count-per-word' },
      ),
      map((counted) => ({ word: counted.key, start: counted.window.start, count: counted.value })),
    )
    .to(output),
)
