/** A function that never comes back, on the thread it runs on. */
import { discard, from, generate, map, sink, source, topology } from 'millrace'

export default topology(
  import.meta,
  'hanging',
  from(source('numbers', generate((i) => i, { count: 10 })))
    .pipe(
      map((n) => {
        for (let turns = 0; n === 5; turns++) if (turns < 0) break
        return n
      }),
    )
    .to(sink('out', discard())),
)
