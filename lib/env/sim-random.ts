/** The one source of chance in a simulation: xoshiro128** by Blackman and Vigna (https://prng.di.unimi.it), seeded by splitmix32. */
import type { Random } from './env.ts'

export const seededRandom = (seed: number): Random & { below(count: number): number; chance(share: number): boolean } => {
  let state = seed | 0
  const word = (): number => {
    state = (state + 0x9e3779b9) | 0
    let z = Math.imul(state ^ (state >>> 16), 0x85ebca6b)
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35)
    return z ^ (z >>> 16)
  }
  let a = word()
  let b = word()
  let c = word()
  let d = word()
  const rotate = (x: number, n: number): number => (x << n) | (x >>> (32 - n))
  const next = (): number => {
    const result = Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0
    const t = b << 9
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= t
    d = rotate(d, 11)
    return result / 2 ** 32
  }
  return { next, below: (count) => Math.floor(next() * count), chance: (share) => next() < share }
}
