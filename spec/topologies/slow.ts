/** A source that could give millions of records a second, and a sink that takes a few thousand, on other threads. */
import { setTimeout as later } from 'node:timers/promises'
import { from, generate, keyBy, map, parameter, scan, sink, source, topology } from 'millrace'
import type { SinkConnector } from 'millrace'

/** Records a millisecond. */
const speed = parameter('speed', 'DOUBLE', { default: 2 })
/** Of ten records, those of one key. */
const hot = parameter('hot', 'INT', { default: 0 })

const slow = (): SinkConnector<unknown> => ({
  name: 'slow',
  open: () => ({
    write: async (records) => {
      await later(records.length / speed.value)
    },
    close() {},
  }),
})

export default topology(
  import.meta,
  'slow',
  from(source('numbers', generate((i) => ({ id: i, key: i % 10 < hot.value ? -1 : i % 1_000, text: `number ${i}` }))))
    .pipe(
      map((row) => ({ ...row, half: row.id / 2 })),
      keyBy((row) => row.key),
      scan((total: number, row) => total + row.half, 0, { id: 'totals' }),
    )
    .to(sink('out', slow(), { parallelism: 2 })),
)
