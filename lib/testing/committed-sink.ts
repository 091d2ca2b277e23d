/** A sink for tests that survives a simulated crash of its process: what it holds is what has been committed, and nothing else. */
import type { SinkConnector } from '../api/connector.ts'
import { MillraceError } from '../errors.ts'
import { copyValue } from '../state/copy.ts'

interface Written {
  readonly base: number
  readonly records: readonly unknown[]
}

export interface CommittedSink<T> extends SinkConnector<T, Written> {
  /** Committed records, in order. */
  readonly committed: T[]
}

/** @example const out = committedSink<number>(); topology(null, 't', from(numbers).to(sink('out', out))) */
export const committedSink = <T>(): CommittedSink<T> => {
  const committed: T[] = []
  return {
    committed,
    name: 'committed records',
    canGoBack: true,
    open: ({ restored }) => {
      const last = restored.at(-1)
      let base = last === undefined ? 0 : last.base + last.records.length
      if (committed.length > base)
        throw new MillraceError('SINK_FAILED', `${committed.length} records had been committed, and the snapshot knows of ${base}: output was visible before its checkpoint was complete`)
      let open: unknown[] = []
      return {
        write: (records: readonly unknown[]) => {
          for (const record of records) open.push(copyValue(record))
        },
        prepare: (): Written => {
          const written: Written = { base, records: open }
          base += open.length
          open = []
          return written
        },
        commit: (handle: Written) => {
          committed.length = Math.min(committed.length, handle.base)
          committed.push(...(handle.records as T[]))
        },
        close: () => undefined,
      }
    },
  }
}
