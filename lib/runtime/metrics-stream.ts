/** The counters of a job once a second, while somebody listens. */
// The whole of rxjs takes ten times as long to load as this.
import { Observable } from 'rxjs/internal/Observable'
import type { Scheduler } from '../env/env.ts'

const PERIOD_MS = 1_000

export const everySecond = <T>(scheduler: Scheduler, read: () => T, hasEnded: () => boolean): Observable<T> =>
  new Observable((subscriber) => {
    let cancel = (): void => undefined
    const tick = (): void => {
      subscriber.next(read())
      if (hasEnded()) return subscriber.complete()
      cancel = scheduler.after(PERIOD_MS, tick)
    }
    tick()
    return () => cancel()
  })
