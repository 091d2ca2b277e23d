/** Random plain values for the properties of the codec and of copies. */
import fc from 'fast-check'

const text = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.string({ maxLength: 80 }),
  fc.constantFrom('__proto__', '\ud800', 'é', '日本'.repeat(30)),
)

const leaf: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(undefined, null, true, false, 0, -0, NaN, Infinity, -Infinity, 2 ** 31, -(2 ** 31), 2 ** 31 - 1, 2 ** 53),
  fc.integer(),
  fc.double(),
  fc.bigInt(),
  fc.bigInt({ min: -(2n ** 200n), max: 2n ** 200n }),
  text,
  fc.date({ noInvalidDate: false }),
  fc.uint8Array(),
  fc.int16Array(),
  fc.float64Array(),
  fc.bigInt64Array(),
  fc.uint8Array().map((bytes) => bytes.slice().buffer),
  fc.constantFrom(/a+/giu, /[/\n]/s, new RegExp('')),
)

const fields = (value: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.tuple(fc.boolean(), fc.array(fc.tuple(text, value), { maxLength: 6 })).map(([bare, entries]) => {
    const object: object = bare ? Object.create(null) : {}
    for (const [name, held] of entries)
      Object.defineProperty(object, name, { value: held, enumerable: true, configurable: true, writable: true })
    return object
  })

export const plainValue: fc.Arbitrary<unknown> = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    leaf,
    fc.array(tie('value'), { maxLength: 6 }),
    fields(tie('value')),
    fc.array(fc.tuple(tie('value'), tie('value')), { maxLength: 4 }).map((entries) => new Map(entries)),
    fc.array(tie('value'), { maxLength: 4 }).map((members) => new Set(members)),
  ),
})).value

/** `depth` arrays, one in the other. */
export const nested = (depth: number): unknown => {
  let value: unknown = []
  for (let i = 1; i < depth; i++) value = [value]
  return value
}
