/** A job of which nothing comes: its source has nothing now, and never will. */
import { from, keyBy, map, scan, sink, source, topology } from 'millrace'
import type { SinkConnector, SourceConnector } from 'millrace'

const silence: SourceConnector<number, number> = {
  splits: ({ parallelism }) => Array.from({ length: parallelism }, (_, index) => ({ id: String(index) })),
  open: () => {
    let end = (): void => {}
    return { poll: () => new Promise((resolve) => (end = () => resolve({ records: [], position: 0 }))), close: () => end() }
  },
}
const nowhere: SinkConnector<unknown> = { open: () => ({ write() {}, close() {} }) }

export default topology(
  import.meta,
  'idle',
  from(source('silence', silence))
    .pipe(
      keyBy((n) => n),
      scan((sum: number, n) => sum + n, 0, { id: 'sums' }),
      map(({ value }) => value),
    )
    .to(sink('nowhere', nowhere)),
)
