/** A stage that changes its accumulator and then throws, for some records: its region goes back to the last snapshot. */
import { exponential, from, generate, keyBy, map, oneForOne, parameter, scan, sink, source, topology } from 'millrace'
import { writeNdjson } from 'millrace/files'

const output = parameter('output', 'STRING', { default: 'out.ndjson' })
const rowsPerSecond = parameter('rows-per-second', 'DOUBLE', { default: 1e9 })
const directive = parameter('directive', 'STRING', { default: 'restart' })

const supervision = oneForOne({ intensity: 50, backoff: exponential({ from: 1, to: 5 }), decide: () => directive.value as 'restart' | 'escalate' })

export default topology(
  import.meta,
  'failing',
  from(source('numbers', generate((i) => ({ id: i, key: i % 7 }), { count: 2_000, ratePerSecond: rowsPerSecond })))
    .pipe(
      keyBy((row) => row.key),
      scan(
        (seen: { n: number }, row) => {
          seen.n++
          if (row.id % 400 === 123) throw new RangeError(`${row.id} is one too many`)
          return seen
        },
        { n: 0 },
        { id: 'seen', supervision },
      ),
      map(({ key, value }) => ({ key, ...value })),
    )
    .to(sink('out', writeNdjson(output))),
)
