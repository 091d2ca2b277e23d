/** The workloads on @most/core: its own map and filter (which it fuses), windows and running aggregates as sinks written by hand. */
import { filter, map, propagateTask, runEffects, tap } from '@most/core'
import { asap, newDefaultScheduler } from '@most/scheduler'
import { change, heavyChange, heavyRecordAt, isKept, recordAt } from '../generator.ts'
import type { BenchRecord } from '../generator.ts'
import type { Totals } from '../golden.ts'
import type { Workload } from '../workload.ts'
import { Fold, RunningByHand, WindowsByHand } from './by-hand.ts'
import type { Result } from './by-hand.ts'

/** The interfaces that every stream of the library has. */
interface Stream<T> {
  run(sink: Sink<T>, scheduler: ReturnType<typeof newDefaultScheduler>): { dispose(): void }
}

interface Sink<T> {
  event(time: number, value: T): void
  error(time: number, cause: Error): void
  end(time: number): void
}

export const mostRun = async (workload: Workload): Promise<Totals> => {
  const fold = new Fold()
  const results = grouped(workload, before(workload))
  await runEffects(tap((result) => fold.add(result), results), newDefaultScheduler())
  const { outputs, sumCount, sumValue } = fold
  return { outputs, sumCount, sumValue }
}

const before = ({ before: work, records, keys, disorder }: Workload): Stream<BenchRecord> => {
  if (work === 'heavy') return filter(isKept, map(heavyChange, generated((index) => heavyRecordAt(index, keys, disorder), records)))
  const source = generated((index) => recordAt(index, keys, disorder), records)
  return work === 'cheap' ? filter(isKept, map(change, source)) : source
}

/** Pushes from one task, as the library's own sources do. */
const generated = <T>(at: (index: number) => T, records: number): Stream<T> => ({
  run: (sink, scheduler) => {
    const emitAll = (time: number, _: T, out: Sink<T>): void => {
      for (let index = 0; index < records; index++) out.event(time, at(index))
      out.end(time)
    }
    return asap(propagateTask(emitAll, undefined as never, sink), scheduler)
  },
})

const grouped = ({ window, disorder }: Workload, records: Stream<BenchRecord>): Stream<Result> => ({
  run: (sink, scheduler) => {
    const error = (time: number, cause: Error): void => sink.error(time, cause)
    if (window === null) {
      const running = new RunningByHand()
      return records.run({ event: (time, record) => sink.event(time, running.add(record)), error, end: (time) => sink.end(time) }, scheduler)
    }
    let now = 0
    const windows = new WindowsByHand(window.size, window.slide, disorder - 1, (result) => sink.event(now, result))
    return records.run(
      {
        event: (time, record) => {
          now = time
          windows.add(record)
        },
        error,
        end: (time) => {
          now = time
          windows.end()
          sink.end(time)
        },
      },
      scheduler,
    )
  },
})
