/** A stream with little in it: from a source in the first place to a sink in the last. `?parallelism=2`: places. */
import { from, map, parameter, partition, sink, source, topology } from 'millrace'
import { sharedNow } from '../clock.ts'
import { latencySink } from '../latency/latency-sink.ts'
import { paced } from '../latency/paced.ts'
import { asked } from './variant.ts'

const rate = parameter('rate', 'DOUBLE')
const records = parameter('records', 'INT')
const start = parameter('start', 'DOUBLE')
const folder = parameter('folder', 'STRING')
/** The number of the first record that counts. */
const after = parameter('after', 'INT')

const rare = source('rare', paced(() => (index) => ({ index, sent: sharedNow() }), { rate, records, start }), { parallelism: 1 })

const latencies = latencySink<{ readonly index: number; readonly sent: number }>(
  folder,
  () => {
    const first = after.value
    return ({ index, sent }) => (index >= first ? sent : null)
  },
  () => 1,
)

export default topology(
  import.meta,
  'quiet',
  from(rare)
    .pipe(
      partition((_, places) => places - 1),
      map((record) => ({ ...record })),
    )
    .to(sink('latencies', latencies, { parallelism: Number(asked(import.meta, 'parallelism')) })),
)
