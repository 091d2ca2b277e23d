/** Finding the slot of a key. */
import { KeyIndex } from '../../../lib/state/key-index.ts'
import { mix } from '../generator.ts'
import type { Case } from '../micro.ts'

const lookups = 1_000_000

const filled = (keys: readonly unknown[]): KeyIndex => {
  const index = new KeyIndex()
  for (const key of keys) if (index.find(key) < 0) index.add(key)
  return index
}

/** `lookups` keys that are all known, in no order. */
const hits = (name: string, size: number, keyOf: (n: number) => unknown): Case => {
  const index = filled(Array.from({ length: size }, (_, n) => keyOf(n)))
  const keys = Array.from({ length: lookups }, (_, n) => keyOf(mix(n) % size))
  return {
    name,
    count: lookups,
    prepare: () => () => {
      let sum = 0
      for (const key of keys) sum += index.find(key)
      if (sum < 0) throw new Error('a key was not found')
    },
  }
}

/** `lookups` keys that all come for the first time. */
const fresh = (name: string, keyOf: (n: number) => unknown): Case => {
  const keys = Array.from({ length: lookups }, (_, n) => keyOf(n))
  return { name, count: lookups, prepare: () => () => void filled(keys) }
}

const small = (n: number): number => n
const sparse = (n: number): number => mix(n)
const text = (n: number): string => `key-${n}`

export const cases: readonly (() => Case)[] = [
  () => hits('hits of 1 k numbers', 1_000, small),
  () => hits('hits of 1 M numbers', 1_000_000, small),
  () => hits('hits of 1 M numbers far apart', 1_000_000, sparse),
  () => hits('hits of 1 k strings', 1_000, text),
  () => hits('hits of 1 M strings', 1_000_000, text),
  () => fresh('1 M new numbers', small),
  () => fresh('1 M new numbers far apart', sparse),
  () => fresh('1 M new strings', text),
]
