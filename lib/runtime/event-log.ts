/** Events for anyone who listens: the last ones again for a new subscriber, never an unbounded queue. */
import { Observable } from 'rxjs/internal/Observable'
import { Subject } from 'rxjs/internal/Subject'

export interface EventLog<T> {
  readonly events$: Observable<T>
  push(event: T): void
  complete(): void
}

export const eventLog = <T>(keep: number): EventLog<T> => {
  const recent: T[] = []
  const live = new Subject<T>()
  let ended = false
  return {
    events$: new Observable<T>((subscriber) => {
      for (const event of [...recent]) subscriber.next(event)
      return ended ? subscriber.complete() : live.subscribe(subscriber)
    }),
    push: (event) => {
      recent.push(event)
      if (recent.length > keep) recent.shift()
      live.next(event)
    },
    complete: () => {
      ended = true
      live.complete()
    },
  }
}
