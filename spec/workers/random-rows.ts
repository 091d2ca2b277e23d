/** Random batches: rows of one shape, rows that change their shape, and rows of no shape at all. */
import fc from 'fast-check'
import { plainValue } from '../state/plain-values.ts'

const name = fc.constantFrom('a', 'b', 'c', 'key', 'window', '1', '10', '2', '', 'constructor', 'toString', 'a"b', "it's", '`${x}`', '\u2028', '*/', '\ud800', 'é日', '__proto__')

const word = fc.oneof(fc.constantFrom('a', 'b', 'kettle', '', 'é', '日本', '\udc00\ud800', 'x'.repeat(13), 'x'.repeat(33), '日'.repeat(40)), fc.string({ unit: 'binary' }))

/** Arrays with holes, with fields of their own, or both. */
const oddArray = fc.tuple(fc.array(fc.option(plainValue, { nil: null }), { maxLength: 5 }), fc.array(fc.nat(4)), fc.boolean()).map(([array, holes, isNamed]) => {
  const odd: unknown[] = [...array]
  for (const hole of holes) if (hole < odd.length) Reflect.deleteProperty(odd, hole)
  if (isNamed) Object.assign(odd, { index: 1, groups: { a: undefined } })
  return odd
})

export const anyValue: fc.Arbitrary<unknown> = fc.oneof(plainValue, plainValue, oddArray, fc.record({ list: oddArray }))

/** Values of one column. */
const column: fc.Arbitrary<fc.Arbitrary<unknown>> = fc.letrec<{ column: fc.Arbitrary<unknown> }>((tie) => ({
  column: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom<fc.Arbitrary<unknown>>(
      fc.integer(),
      fc.constantFrom(0, 1, -0),
      fc.double(),
      fc.constantFrom(1.5, NaN, -0, Infinity, 2 ** 31, -(2 ** 31)),
      word,
      fc.boolean(),
      fc.constant(null),
      fc.constant(undefined),
      fc.constantFrom(null, undefined),
      fc.option(fc.integer()),
      fc.option(word, { nil: undefined }),
      fc.constantFrom(null, undefined, true, false),
      fc.constantFrom(null, undefined, 0.5),
      fc.constantFrom<unknown>(1, '1', null),
      anyValue,
    ),
    shape(tie('column')),
  ),
})).column

/** Objects with some fields; in every other such column each of them may be missing. */
function shape(of: fc.Arbitrary<fc.Arbitrary<unknown>>): fc.Arbitrary<fc.Arbitrary<unknown>> {
  const fields = fc.uniqueArray(fc.tuple(name, of), { maxLength: 5, selector: ([field]) => field })
  return fc.tuple(fields, fc.boolean()).map(([named, mayMiss]) =>
    fc.tuple(fc.tuple(...named.map(([, values]) => values)), mayMiss ? fc.nat(31) : fc.constant(0)).map(([values, missing]) => {
      const row = {}
      named.forEach(([field], i) => {
        if ((missing & (1 << i)) === 0) Object.defineProperty(row, field, { value: values[i], enumerable: true, configurable: true, writable: true })
      })
      return row
    }),
  )
}

const run = (values: fc.Arbitrary<unknown>): fc.Arbitrary<unknown[]> => fc.array(values, { maxLength: 12 })

/** The values of some batches, one after the other: most are of a few types that come again. */
export const batchesOfValues: fc.Arbitrary<unknown[][]> = fc.tuple(column, column).chain(([a, b]) =>
  fc.array(fc.oneof(run(a), run(a), run(b), fc.tuple(run(a), run(b)).map(([first, second]) => [...first, ...second]), run(anyValue)), {
    minLength: 1,
    maxLength: 6,
  }),
)
