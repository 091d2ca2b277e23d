import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { kafkaMurmur2 } from './kafka-murmur2.ts'
import { murmur2, murmur2OfString } from '../../lib/state/murmur2.ts'

describe('murmur2', () => {
  test.each(kafkaMurmur2)("of the bytes of '%s' is Kafka's", (text, hash) => {
    expect(murmur2(new TextEncoder().encode(text))).toBe(hash)
  })

  test.each(kafkaMurmur2)("of the string '%s' is Kafka's", (text, hash) => {
    expect(murmur2OfString(text)).toBe(hash)
  })

  test('of a string is that of its UTF-8 bytes, a lone surrogate being U+FFFD', () => {
    const text = fc.oneof(
      fc.string(),
      fc.string({ unit: 'binary' }),
      fc.array(fc.constantFrom('a', 'é', '日', '\ud83d', '\ude00')).map((units) => units.join('')),
    )
    fc.assert(
      fc.property(text, (value) => {
        expect(murmur2OfString(value)).toBe(murmur2(new TextEncoder().encode(value)))
      }),
      { numRuns: 2000 },
    )
  })

  test('of a long string is that of its UTF-8 bytes', () => {
    const text = 'mühle'.repeat(5000)
    expect(murmur2OfString(text)).toBe(murmur2(new TextEncoder().encode(text)))
  })

  test('looks at no more bytes than it is told', () => {
    expect(murmur2(new TextEncoder().encode('foobarbaz'), 6)).toBe(-790332482)
  })
})
