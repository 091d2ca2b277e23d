/** A function that ends the thread it runs on. */
import { isMainThread } from 'node:worker_threads'
import { discard, from, generate, map, sink, source, topology } from 'millrace'

export default topology(
  import.meta,
  'ending',
  from(source('numbers', generate((i) => i, { count: 10 })))
    .pipe(
      map((n) => {
        if (n === 5 && !isMainThread) process.exit(7)
        return n
      }),
    )
    .to(sink('out', discard())),
)
