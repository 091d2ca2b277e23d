/** A source for tests that gives one record at a time and waits in between, so that checkpoints fall between any two records. */
import type { SourceConnector } from '../api/connector.ts'

/** `pause`: milliseconds of the clock between two records. */
export const pacedSource = <T>(records: readonly T[], pause: number): SourceConnector<T, number> => ({
  name: 'paced records',
  bounded: true,
  splits: () => [{ id: 'all' }],
  open: (_, position, { env }) => {
    let next = position ?? 0
    let due = env.clock.monotonic()
    return {
      poll: () => {
        const now = env.clock.monotonic()
        if (now < due) return { records: [], position: next }
        due = now + pause
        const batch = records.slice(next, next + 1)
        next += batch.length
        return { records: batch, position: next, done: next >= records.length }
      },
      close: () => undefined,
    }
  },
})
