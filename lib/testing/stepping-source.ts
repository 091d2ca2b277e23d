/** A source for tests that gives its next record once a checkpoint holds the last one: a crash then falls between any two records. */
import type { SourceConnector } from '../api/connector.ts'

export const steppingSource = <T>(records: readonly T[]): SourceConnector<T, number> => ({
  name: 'one record a checkpoint',
  bounded: true,
  splits: () => [{ id: 'all' }],
  open: (_split, position) => {
    let next = position ?? 0
    let held = next
    return {
      poll: () => {
        const batch = held < next ? [] : records.slice(next, next + 1)
        next += batch.length
        return { records: batch, position: next, done: next >= records.length }
      },
      committed: (at) => {
        held = at
      },
      close: () => undefined,
    }
  },
})
