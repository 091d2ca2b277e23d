/** Records in real time, at a fixed rate: record i falls due i ÷ rate seconds after a start, and never comes before. */
import type { Parameter, SourceBatch, SourceConnector } from 'millrace'
import { sharedNow } from '../clock.ts'

export interface Pacing {
  /** A second. */
  readonly rate: Parameter<number>
  readonly records: Parameter<number>
  /** By the shared clock. */
  readonly start: Parameter<number>
}

const TIMER_MS_MAX = 2 ** 31 - 1

/**
 * At parallelism n record i is in split i mod n. `opened` is called where parameters can be read; its function makes a
 * record of a number and of the milliseconds after the start at which that fell due. Where none is due the answer waits for the next one: a millisecond at least, as timers have no finer unit.
 */
export const paced = <T>(opened: () => (index: number, dueMs: number) => T, { rate, records, start }: Pacing): SourceConnector<T, number> => ({
  name: 'paced',
  splits: ({ parallelism }) => Array.from({ length: parallelism }, (_, first) => ({ id: `${first}-of-${parallelism}` })),
  open: (split, position) => {
    const [first, step] = split.id.split('-of-').map(Number) as [number, number]
    const [perMs, end, from] = [rate.value / 1_000, records.value, start.value]
    const at = opened()
    let next = position ?? first
    let stopWaiting = (): void => {}
    const due = (max: number): SourceBatch<T, number> => {
      const until = Math.min(end, (sharedNow() - from) * perMs)
      const taken: T[] = []
      for (; next <= until && next < end && taken.length < max; next += step) taken.push(at(next, next / perMs))
      return { records: taken, position: next, done: next >= end }
    }
    return {
      poll: (max) => {
        const batch = due(max)
        if (batch.records.length > 0 || batch.done === true) return batch
        return new Promise((resolve) => {
          const timer = setTimeout(() => resolve(due(max)), Math.min(TIMER_MS_MAX, Math.max(1, Math.ceil(next / perMs + from - sharedNow()))))
          stopWaiting = () => {
            clearTimeout(timer)
            resolve({ records: [], position: next })
          }
        })
      },
      close: () => stopWaiting(),
    }
  },
})
