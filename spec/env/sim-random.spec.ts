import { expect, it } from 'vitest'
import { seededRandom } from '../../lib/env/sim-random.ts'

/** xoshiro128** once more, as its authors' C code says it, in bigints. */
const reference = (seed: number): (() => number) => {
  const mask = 0xffff_ffffn
  let state = BigInt(seed) & mask
  const splitmix = (): bigint => {
    state = (state + 0x9e3779b9n) & mask
    let z = ((state ^ (state >> 16n)) * 0x85ebca6bn) & mask
    z = ((z ^ (z >> 13n)) * 0xc2b2ae35n) & mask
    return z ^ (z >> 16n)
  }
  const s = [splitmix(), splitmix(), splitmix(), splitmix()] as [bigint, bigint, bigint, bigint]
  const rotl = (x: bigint, k: bigint): bigint => ((x << k) | (x >> (32n - k))) & mask
  return () => {
    const result = (rotl((s[1] * 5n) & mask, 7n) * 9n) & mask
    const t = (s[1] << 9n) & mask
    s[2] ^= s[0]
    s[3] ^= s[1]
    s[1] ^= s[2]
    s[0] ^= s[3]
    s[2] ^= t
    s[3] = rotl(s[3], 11n)
    return Number(result) / 2 ** 32
  }
}

it.for([0, 1, 7, -1, 2 ** 31 - 1])('is xoshiro128** seeded by splitmix32, seed %d', (seed) => {
  const random = seededRandom(seed)
  const expected = reference(seed)
  for (let i = 0; i < 1000; i++) expect(random.next()).toBe(expected())
})

it('draws each of n about equally often, and nothing else', () => {
  const { below } = seededRandom(3)
  const counts = new Map<number, number>()
  for (let i = 0; i < 60_000; i++) {
    const drawn = below(6)
    counts.set(drawn, (counts.get(drawn) ?? 0) + 1)
  }
  expect([...counts.keys()].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5])
  for (const count of counts.values()) expect(count).toSatisfy((n: number) => n > 9_500 && n < 10_500)
})
