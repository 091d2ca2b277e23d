/** A module that builds another topology on another thread, as one must not. */
import { isMainThread } from 'node:worker_threads'
import { discard, from, generate, map, sink, source, topology } from 'millrace'

const stage = isMainThread ? 'here' : 'there'

export default topology(
  import.meta,
  'different',
  from(source('numbers', generate((i) => i, { count: 10 })))
    .pipe(map((n) => n, { id: stage }))
    .to(sink('out', discard())),
)
