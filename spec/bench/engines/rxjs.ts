/** The workloads on RxJS: its own map and filter, windows and running aggregates as operators written by hand. */
import { Observable, filter, lastValueFrom, map, tap } from 'rxjs'
import type { OperatorFunction } from 'rxjs'
import { change, heavyChange, heavyRecordAt, isKept, recordAt } from '../generator.ts'
import type { BenchRecord } from '../generator.ts'
import type { Totals } from '../golden.ts'
import type { Workload } from '../workload.ts'
import { Fold, RunningByHand, WindowsByHand } from './by-hand.ts'
import type { Result } from './by-hand.ts'

export const rxjsRun = async (workload: Workload): Promise<Totals> => {
  const fold = new Fold()
  const results = before(workload).pipe(grouped(workload), tap((result) => fold.add(result)))
  await lastValueFrom(results)
  const { outputs, sumCount, sumValue } = fold
  return { outputs, sumCount, sumValue }
}

const before = ({ before: work, records, keys, disorder }: Workload): Observable<BenchRecord> => {
  if (work === 'heavy') return generated((index) => heavyRecordAt(index, keys, disorder), records).pipe(map(heavyChange), filter(isKept))
  const source = generated((index) => recordAt(index, keys, disorder), records)
  return work === 'cheap' ? source.pipe(map(change), filter(isKept)) : source
}

const generated = <T>(at: (index: number) => T, records: number): Observable<T> =>
  new Observable((observer) => {
    for (let index = 0; index < records && !observer.closed; index++) observer.next(at(index))
    observer.complete()
  })

const grouped = ({ window, disorder }: Workload): OperatorFunction<BenchRecord, Result> => (source) =>
  new Observable((observer) => {
    if (window === null) {
      const running = new RunningByHand()
      return source.subscribe({
        next: (record) => observer.next(running.add(record)),
        error: (error) => observer.error(error),
        complete: () => observer.complete(),
      })
    }
    const windows = new WindowsByHand(window.size, window.slide, disorder - 1, (result) => observer.next(result))
    return source.subscribe({
      next: (record) => windows.add(record),
      error: (error) => observer.error(error),
      complete: () => {
        windows.end()
        observer.complete()
      },
    })
  })
