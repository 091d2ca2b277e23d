/** A sink that keeps records in memory, for tests and small results. */
import type { SinkConnector } from '../../api/connector.ts'
import { MillraceError } from '../../errors.ts'

/**
 * Keeps what reaches it in `.records`: emptied when a run begins, cut back to its snapshot's length when the run restarts.
 * @throws OPTION_INVALID when it runs at a parallelism above 1
 * @example
 * const totals = collect<number>()
 * await (await run(topology(null, 'sum', from(numbers).to(sink('totals', totals))))).completed
 * totals.records // [6]
 */
export const collect = <T>(): SinkConnector<T, number> & { readonly records: T[] } => {
  const records: T[] = []
  return {
    name: 'collect',
    belongsToCaller: true,
    records,
    canGoBack: true,
    open({ instance, start, restored }) {
      if (instance > 0) throw new MillraceError('OPTION_INVALID', 'collect() runs as one instance', { next: 'Leave out its parallelism.' })
      records.length = start === 'restarted' ? Math.min(records.length, restored.at(-1) ?? 0) : 0
      return {
        write(batch: readonly T[]) {
          for (const record of batch) records.push(record)
        },
        prepare: () => records.length,
        commit() {},
        close() {},
      }
    },
  }
}
