/** One shuffle: numbers out of order, counted and summed by key in windows. Some come too late, some are refused. */
import { aggregate, count, eventTime, filter, from, generate, keyBy, map, parameter, sink, source, sum, topology, tumbling, window } from 'millrace'
import { writeNdjson } from 'millrace/files'

const rows = parameter('rows', 'INT', { default: 6_000 })
const rowsPerSecond = parameter('rows-per-second', 'DOUBLE', { default: 1e9 })
const output = parameter('output', 'STRING', { default: 'out.ndjson' })

const numbers = source(
  'numbers',
  generate((i) => ({ id: i, key: (i * 7919) % 101, value: (i * 31) % 1000, at: i - (i % 97) }), { count: rows, ratePerSecond: rowsPerSecond }),
)

export default topology(
  import.meta,
  'counted',
  from(numbers)
    .pipe(
      eventTime((row) => row.at, { outOfOrderness: 400 }),
      map((row) => {
        if (row.id % 500 === 77) throw new Error(`${row.id} is refused`)
        return { ...row, value: row.value * 2 }
      }),
      filter((row) => row.value % 3 !== 1),
      keyBy((row) => row.key),
      window(tumbling(700)),
      aggregate({ n: count(), total: sum((row) => row.value) }, { id: 'per-window' }),
      map(({ key, window: { start }, value }) => ({ key, start, ...value })),
    )
    .to(sink('out', writeNdjson(output))),
)
