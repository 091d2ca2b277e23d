/** W4 on RxJS, its windows written by hand: `rxjs.ts IN.csv OUT.csv`. */
import { once } from 'node:events'
import { createReadStream, createWriteStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { Observable, fromEvent, lastValueFrom, map, mergeMap, skip, takeUntil, tap } from 'rxjs'
import type { OperatorFunction } from 'rxjs'

const size = 10_000

interface Fold<T, A> {
  readonly key: (record: T) => number | string
  readonly time: (record: T) => number
  readonly outOfOrderness: number
  readonly begin: (record: T) => A
  readonly add: (accumulator: A, record: T) => A
}

interface Windowed<A> {
  readonly key: number | string
  readonly start: number
  readonly value: A
}

/** Tumbling windows in event time of each key. */
const windowed = <T, A>({ key, time, outOfOrderness, begin, add }: Fold<T, A>): OperatorFunction<T, Windowed<A>> => (source) =>
  new Observable((observer) => {
    const windows = new Map<number, Map<number | string, A>>()
    let watermark = -Infinity
    /** The least watermark that ends one. */
    let due = Infinity
    const fire = (): void => {
      due = Infinity
      for (const [start, values] of [...windows].toSorted(([a], [b]) => a - b)) {
        if (start + size - 1 > watermark) {
          due = Math.min(due, start + size - 1)
          continue
        }
        windows.delete(start)
        for (const [of, value] of values) observer.next({ key: of, start, value })
      }
    }
    return source.subscribe({
      next: (record) => {
        const at = time(record)
        const start = at - (at % size)
        let window = windows.get(start)
        if (window === undefined) {
          window = new Map()
          windows.set(start, window)
          due = Math.min(due, start + size - 1)
        }
        const of = key(record)
        const known = window.get(of)
        window.set(of, known === undefined ? begin(record) : add(known, record))
        if (at - outOfOrderness - 1 <= watermark) return
        watermark = at - outOfOrderness - 1
        if (watermark >= due) fire()
      },
      error: (error) => observer.error(error),
      complete: () => {
        watermark = Infinity
        fire()
        observer.complete()
      },
    })
  })

const parsed = (line: string): { readonly id: number; readonly value: string; readonly at: number } => {
  const [id, value, at] = line.split(',') as [string, string, string]
  return { id: Number(id), value: value.toUpperCase(), at: Number(at) }
}

const [input, output] = process.argv.slice(2) as [string, string]
const file = createWriteStream(output)
const reader = createInterface({ input: createReadStream(input) })
const lines = (fromEvent(reader, 'line') as Observable<string>).pipe(
  takeUntil(fromEvent(reader, 'close')),
  skip(1),
  map(parsed),
  windowed({ key: ({ id }) => id, time: ({ at }) => at, outOfOrderness: 499, begin: ({ value }) => value, add: (words, { value }) => `${words},${value}` }),
  mergeMap(({ value, start }) => value.split(',').map((word) => ({ word, n: 1, at: start + size - 1 }))),
  windowed({ key: ({ word }) => word, time: ({ at }) => at, outOfOrderness: 0, begin: ({ n }) => n, add: (sum, { n }) => sum + n }),
  map(({ key, start, value }) => `${key},${start},${value}\n`),
)
await lastValueFrom(lines.pipe(tap((line) => file.write(line))), { defaultValue: undefined })
file.end()
await once(file, 'finish')
