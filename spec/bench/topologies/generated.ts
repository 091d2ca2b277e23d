/** The workloads of generated records as a user of Millrace writes them: `?workload=W1&parallelism=2`, the instances of the sink. */
import { aggregate, count, eventTime, filter, from, generate, keyBy, map, parameter, sink, sliding, source, sum, topology, tumbling, window } from 'millrace'
import type { DataStream, Flow } from 'millrace'
import { change, heavyChange, heavyRecordAt, isKept, recordAt } from '../generator.ts'
import type { BenchRecord } from '../generator.ts'
import { workloadOf } from '../workload.ts'
import type { Windowing } from '../workload.ts'
import { foldingSink } from './folding-sink.ts'
import type { Counted } from './folding-sink.ts'
import { markedSource } from './marked-source.ts'
import { asked } from './variant.ts'

const records = parameter('records', 'INT')
const folder = parameter('folder', 'STRING')

const { name, keys, disorder, window: windowing, before } = workloadOf(asked(import.meta, 'workload'))
const parallelism = Number(asked(import.meta, 'parallelism'))

const totals = sink('totals', foldingSink(folder), { parallelism })

const generated = <T>(at: (index: number) => T): DataStream<T> =>
  from(source('generated', markedSource(generate(at, { count: records }), records, folder)))

const windowed = (stream: DataStream<BenchRecord>, { size, slide }: Windowing): DataStream<Counted> =>
  stream.pipe(
    keyBy((record) => record.key),
    window(slide < size ? sliding(size, slide) : tumbling(size)),
    aggregate({ n: count(), total: sum((record) => record.value) }, { id: 'per-window' }),
  )

const flow = (): Flow => {
  const outOfOrderness = disorder - 1
  if (before === 'heavy')
    return windowed(
      generated((index) => heavyRecordAt(index, keys, disorder)).pipe(
        eventTime((record) => record.time, { outOfOrderness }),
        map(heavyChange),
        filter(isKept),
      ),
      windowing!,
    ).to(totals)
  const all = generated((index) => recordAt(index, keys, disorder))
  if (windowing === null)
    return all
      .pipe(
        keyBy((record) => record.key),
        aggregate({ n: count(), total: sum((record) => record.value) }, { id: 'running' }),
      )
      .to(totals)
  const timed = all.pipe(eventTime((record) => record.time, { outOfOrderness }))
  return windowed(before === 'cheap' ? timed.pipe(map(change), filter(isKept)) : timed, windowing).to(totals)
}

export default topology(import.meta, name, flow())
