/**
 * Murmur2 as Kafka's default partitioner computes it (Appleby's MurmurHash2, seed 0x9747b28c; Utils.murmur2 in Kafka),
 * so that a record lands where a Java producer would put it.
 */

const seed = 0x9747b28c
const multiplier = 0x5bd1e995

const mixed = (word: number): number => {
  const k = Math.imul(word, multiplier)
  return Math.imul(k ^ (k >>> 24), multiplier)
}

const finished = (hash: number): number => {
  const h = Math.imul(hash ^ (hash >>> 13), multiplier)
  return h ^ (h >>> 15)
}

/**
 * The hash of the first `length` bytes, an int32.
 * @example
 * murmur2(new TextEncoder().encode('foobar')) // -790332482
 */
export const murmur2 = (bytes: Uint8Array, length: number = bytes.length): number => {
  let h = seed ^ length
  const tail = length & ~3
  for (let i = 0; i < tail; i += 4) {
    h = Math.imul(h, multiplier) ^ mixed(bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24))
  }
  const left = length - tail
  if (left === 3) h ^= bytes[tail + 2]! << 16
  if (left >= 2) h ^= bytes[tail + 1]! << 8
  if (left >= 1) h = Math.imul(h ^ bytes[tail]!, multiplier)
  return finished(h)
}

/**
 * The hash of a string's UTF-8 bytes, an int32; a lone surrogate counts as U+FFFD, as TextEncoder writes it.
 * A string of ASCII is hashed where it lies.
 * @example
 * murmur2OfString('foobar') // -790332482
 */
export const murmur2OfString = (text: string): number => {
  const length = text.length
  let h = seed ^ length
  // What is not ASCII shows in a bit above the seventh; looked at once, at the end.
  let bits = 0
  const tail = length & ~3
  for (let i = 0; i < tail; i += 4) {
    const a = text.charCodeAt(i)
    const b = text.charCodeAt(i + 1)
    const c = text.charCodeAt(i + 2)
    const d = text.charCodeAt(i + 3)
    bits |= a | b | c | d
    h = Math.imul(h, multiplier) ^ mixed(a | (b << 8) | (c << 16) | (d << 24))
  }
  const left = length - tail
  if (left > 0) {
    const a = text.charCodeAt(tail)
    const b = left > 1 ? text.charCodeAt(tail + 1) : 0
    const c = left > 2 ? text.charCodeAt(tail + 2) : 0
    bits |= a | b | c
    h = Math.imul(h ^ (a | (b << 8) | (c << 16)), multiplier)
  }
  return bits > 0x7f ? hashEncoded(text) : finished(h)
}

const encoder = new TextEncoder()
const scratch = new Uint8Array(4096)

const hashEncoded = (text: string): number => {
  // One UTF-16 unit becomes at most three bytes.
  if (3 * text.length > scratch.length) return murmur2(encoder.encode(text))
  return murmur2(scratch, encoder.encodeInto(text, scratch).written)
}
