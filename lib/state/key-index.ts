/** Numbers keys 0, 1, 2, … in order of first arrival, so that what is held for each can lie in arrays. */
import { canonicalKey, type CanonicalKey } from './key.ts'
import { KeyBytes, KeyList } from './key-list.ts'

/** Pairs of a fresh table. */
const firstPairs = 16

/** A Map of V8 throws beyond 2^24 entries; before that a further one is begun. */
const mapEntriesMax = 16_000_000

/**
 * Slots of keys. Keys that are int32 lie in an open-addressing table, key beside slot: one cache line each, where a Map touches three.
 * All others are in Maps, which use the hash that a string carries with it; only a key not found is checked.
 * @example
 * const index = new KeyIndex()
 * let slot = index.find(key)
 * if (slot < 0) slot = index.add(key)
 */
export class KeyIndex {
  /** Only appended to: what `list` has given refers to it. */
  #keys: unknown[] = []
  #bytes: KeyBytes | null = null
  readonly #entriesMax: number
  /** Key and slot + 1, in turn; slot + 1 is 0 where a pair is free. At most three quarters full. */
  #pairs = new Int32Array(2 * firstPairs)
  /** Pairs less one; a power of two less one. */
  #mask = firstPairs - 1
  #pairsUsed = 0
  /** Takes new keys; made for the first one that is no int32. */
  #slots: Map<CanonicalKey, number> | null = null
  /** Full maps, oldest first. */
  readonly #older: Map<CanonicalKey, number>[] = []

  constructor(entriesMaxPerMap: number = mapEntriesMax) {
    this.#entriesMax = entriesMaxPerMap
  }

  get size(): number {
    return this.#keys.length
  }

  /**
   * The key's slot, or −1.
   * @throws KEY_NOT_HASHABLE
   */
  find(key: unknown): number {
    if (typeof key === 'number' && (key | 0) === key) {
      const pairs = this.#pairs
      const mask = this.#mask
      const integer = key | 0
      for (let place = placeOf(integer) & mask; ; place = (place + 1) & mask) {
        const slot = pairs[2 * place + 1]!
        if (slot === 0) return -1
        if (pairs[2 * place] === integer) return slot - 1
      }
    }
    return this.#findInMaps(key)
  }

  /** The slots of `keys[0]` up to `keys[count − 1]`: −1 for one that has none, or that is no int32. */
  findAll(keys: readonly unknown[], count: number, slots: Int32Array): void {
    const pairs = this.#pairs
    const mask = this.#mask
    for (let i = 0; i < count; i++) {
      const key = keys[i]
      let slot = 0
      if (typeof key === 'number' && (key | 0) === key) {
        const integer = key | 0
        for (let place = placeOf(integer) & mask; ; place = (place + 1) & mask) {
          slot = pairs[2 * place + 1]!
          if (slot === 0 || pairs[2 * place] === integer) break
        }
      }
      slots[i] = slot - 1
    }
  }

  /**
   * The key's slot, a new one if it has none.
   * @throws KEY_NOT_HASHABLE
   */
  add(key: unknown): number {
    if (typeof key === 'number' && (key | 0) === key) {
      const pairs = this.#pairs
      const mask = this.#mask
      const integer = key | 0
      let place = placeOf(integer) & mask
      for (; ; place = (place + 1) & mask) {
        const slot = pairs[2 * place + 1]!
        if (slot === 0) break
        if (pairs[2 * place] === integer) return slot - 1
      }
      const slot = this.#keys.length
      pairs[2 * place] = integer
      pairs[2 * place + 1] = slot + 1
      this.#keys.push(integer)
      if (4 * ++this.#pairsUsed > 3 * mask) this.#grow()
      return slot
    }
    return this.#addToMaps(key)
  }

  /** The key as it first came (−0 as 0). `slot` is one that `add` has returned. */
  keyAt(slot: number): unknown {
    return this.#keys[slot]
  }

  /** The keys there are now, for a snapshot; `maxParallelism` is always the same. */
  list(maxParallelism: number): KeyList {
    this.#bytes ??= new KeyBytes(maxParallelism)
    return new KeyList({ keys: this.#keys, size: this.#keys.length, isIntegers: this.#slots === null, bytes: this.#bytes })
  }

  /** Forgets all keys, and keeps the room they had, unless most of it was unused. */
  clear(): void {
    this.#keys = []
    this.#bytes = null
    if (16 * this.#pairsUsed < this.#pairs.length) {
      this.#pairs = new Int32Array(2 * firstPairs)
      this.#mask = firstPairs - 1
    } else this.#pairs.fill(0)
    this.#pairsUsed = 0
    this.#slots = null
    this.#older.length = 0
  }

  #grow(): void {
    const old = this.#pairs
    const pairs = new Int32Array(2 * old.length)
    const mask = old.length - 1
    for (let from = 0; from < old.length; from += 2) {
      const slot = old[from + 1]!
      if (slot === 0) continue
      const integer = old[from]!
      let place = placeOf(integer) & mask
      while (pairs[2 * place + 1] !== 0) place = (place + 1) & mask
      pairs[2 * place] = integer
      pairs[2 * place + 1] = slot
    }
    this.#pairs = pairs
    this.#mask = mask
  }

  #findInMaps(key: unknown): number {
    // NaN and ±Infinity pass, as no Map here contains them: the miss finds them out.
    const isItself = typeof key === 'number' || (typeof key === 'string' && key.charCodeAt(0) !== 0)
    const known = this.#slots?.get(isItself ? key : canonicalKey(key))
    if (known !== undefined) return known
    const canonical = canonicalKey(key)
    for (const slots of this.#older) {
      const slot = slots.get(canonical)
      if (slot !== undefined) return slot
    }
    return -1
  }

  #addToMaps(key: unknown): number {
    const found = this.#findInMaps(key)
    if (found >= 0) return found
    const slot = this.#keys.length
    this.#slots ??= new Map()
    if (this.#slots.size >= this.#entriesMax) {
      this.#older.push(this.#slots)
      this.#slots = new Map()
    }
    this.#slots.set(canonicalKey(key), slot)
    this.#keys.push(key)
    return slot
  }
}

/** Spreads neighbours, and numbers that differ in high bits only; folded so that low bits can be taken. */
const placeOf = (integer: number): number => {
  const product = Math.imul(integer ^ (integer >>> 16), 0x85ebca6b)
  return product ^ (product >>> 13)
}
