/** W6: W1's operators with windows of a second that slide by a tenth of one, over 10,000 keys, in real time. */
import { aggregate, count, eventTime, filter, from, keyBy, map, parameter, sink, sliding, source, sum, topology, window } from 'millrace'
import { change, isKept, recordAt } from '../generator.ts'
import { latencySink } from '../latency/latency-sink.ts'
import { paced } from '../latency/paced.ts'
import { keys, size, slide } from '../latency/shape.ts'
import { asked } from './variant.ts'

const rate = parameter('rate', 'DOUBLE')
const records = parameter('records', 'INT')
const start = parameter('start', 'DOUBLE')
/** Epoch milliseconds of the start, a whole second. */
const epoch = parameter('epoch', 'DOUBLE')
const folder = parameter('folder', 'STRING')
/** Milliseconds after the start: ends of windows that count. */
const after = parameter('after', 'DOUBLE')
const until = parameter('until', 'DOUBLE')

interface Fired {
  readonly window: { readonly end: number }
  readonly value: { readonly n: number }
}

const inTime = source(
  'paced',
  paced(
    () => {
      const from = epoch.value
      return (index, dueMs) => ({ ...recordAt(index, keys, 1), time: from + Math.floor(dueMs) })
    },
    { rate, records, start },
  ),
)

const latencies = latencySink<Fired>(
  folder,
  () => {
    const [zero, from] = [epoch.value, start.value]
    const [first, last] = [zero + after.value, zero + until.value]
    return ({ window: { end } }) => (end > first && end <= last ? end - zero + from : null)
  },
  ({ value }) => value.n,
)

export default topology(
  import.meta,
  'W6',
  from(inTime)
    .pipe(
      eventTime((record) => record.time),
      map(change),
      filter(isKept),
      keyBy((record) => record.key),
      window(sliding(size, slide)),
      aggregate({ n: count(), total: sum((record) => record.value) }, { id: 'per-window' }),
    )
    .to(sink('latencies', latencies, { parallelism: Number(asked(import.meta, 'parallelism')) })),
)
