/** Records that are of a class, which another thread does not know. */
import { discard, from, generate, keyBy, map, scan, sink, source, topology } from 'millrace'

class Money {
  readonly cents: number

  constructor(cents: number) {
    this.cents = cents
  }
}

export default topology(
  import.meta,
  'foreign',
  from(source('numbers', generate((i) => i, { count: 100 })))
    .pipe(
      map((n) => ({ id: n, price: new Money(n) })),
      keyBy((row) => row.id),
      scan((cents: number, row) => cents + row.price.cents, 0, { id: 'cents' }),
    )
    .to(sink('out', discard())),
)
