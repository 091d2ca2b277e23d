/** Numbers keys 0, 1, 2, … in order of first arrival, so that what is held for each can lie in arrays. */
import { canonicalKey, type CanonicalKey } from './key.ts'
import { KeyBytes, KeyList } from './key-list.ts'

/** Pairs of a fresh table. */
const firstPairs = 16
/** Of fewer keys it is too early to tell how close together they lie. */
const denseKeysMin = 64
/** An array by key is of 2^26 numbers at most. */
const denseDigitsMax = 26
const noKeys = new Int32Array(0)

/** A Map of V8 throws beyond 2^24 entries; before that a further one is begun. */
const mapEntriesMax = 16_000_000

/**
 * Slots of keys. Keys that are int32 lie in an open-addressing table, key beside slot: one cache line each, where a Map touches three; small
 * ones that lie close together in an array by key, which is a quarter as large and needs no hash.
 * All others are in Maps, which use the hash that a string carries with it; only a key not found is checked.
 * @example
 * const index = new KeyIndex()
 * let slot = index.find(key)
 * if (slot < 0) slot = index.add(key)
 */
export class KeyIndex {
  /** By slot; what lies beyond `size` is of no meaning. Only appended to once a list refers to it. */
  #keys: unknown[] = []
  #isListed = false
  size = 0
  #bytes: KeyBytes | null = null
  readonly #entriesMax: number
  readonly #denseFrom: number
  /** Key and slot + 1, in turn; slot + 1 is 0 where a pair is free. At most three quarters full. */
  #pairs = new Int32Array(2 * firstPairs)
  /** Pairs less one; a power of two less one. */
  #mask = firstPairs - 1
  #pairsUsed = 0
  /** Slot + 1 of each whole number from 0 up to its length; of no length where these would be too thinly spread. */
  #dense = noKeys
  /** Takes new keys; made for the first one that is no int32. */
  #slots: Map<CanonicalKey, number> | null = null
  /** Full maps, oldest first. */
  readonly #older: Map<CanonicalKey, number>[] = []

  constructor(entriesMaxPerMap: number = mapEntriesMax, denseFrom: number = denseKeysMin) {
    this.#entriesMax = entriesMaxPerMap
    this.#denseFrom = denseFrom
  }

  /** An empty one with room for the whole numbers of another. */
  static likeOf(other: KeyIndex): KeyIndex {
    const like = new KeyIndex(other.#entriesMax, other.#denseFrom)
    like.#pairs = new Int32Array(other.#pairs.length)
    like.#mask = other.#mask
    like.#dense = new Int32Array(other.#dense.length)
    return like
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
      if (integer >>> 0 < this.#dense.length) return this.#dense[integer]! - 1
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
    const dense = this.#dense
    for (let i = 0; i < count; i++) {
      const key = keys[i]
      let slot = 0
      if (typeof key === 'number' && (key | 0) === key) {
        const integer = key | 0
        if (integer >>> 0 < dense.length) slot = dense[integer]!
        else
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
      if (integer >>> 0 < this.#dense.length) return this.#addDense(integer)
      let place = placeOf(integer) & mask
      for (; ; place = (place + 1) & mask) {
        const slot = pairs[2 * place + 1]!
        if (slot === 0) break
        if (pairs[2 * place] === integer) return slot - 1
      }
      const slot = this.size++
      pairs[2 * place] = integer
      pairs[2 * place + 1] = slot + 1
      this.#keys[slot] = integer
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
    this.#isListed = true
    return new KeyList({ keys: this.#keys, size: this.size, isIntegers: this.#slots === null, bytes: this.#bytes })
  }

  /** Forgets all keys, and keeps the room they had, unless most of it was unused. */
  clear(): void {
    if (8 * this.size < this.#dense.length) this.#dense = noKeys
    else this.#dense.fill(0)
    // Whole numbers hold on to nothing, and take no more room than the next ones will.
    if (this.#isListed || this.#slots !== null || 8 * this.size < this.#keys.length) this.#keys = []
    this.#isListed = false
    this.size = 0
    this.#bytes = null
    if (16 * this.#pairsUsed < this.#pairs.length) {
      this.#pairs = new Int32Array(2 * firstPairs)
      this.#mask = firstPairs - 1
    } else this.#pairs.fill(0)
    this.#pairsUsed = 0
    this.#slots = null
    this.#older.length = 0
  }

  #addDense(integer: number): number {
    const dense = this.#dense
    const known = dense[integer]!
    if (known > 0) return known - 1
    const slot = this.size++
    dense[integer] = slot + 1
    this.#keys[slot] = integer
    return slot
  }

  /** Makes room: in an array by key where the keys lie close enough together that it takes no more memory, else in a larger table. */
  #grow(): void {
    const old = this.#pairs
    const length = this.#denseLength()
    const isDense = length > this.#dense.length
    if (isDense) {
      const dense = new Int32Array(length)
      dense.set(this.#dense)
      this.#dense = dense
    }
    const dense = this.#dense
    const pairs = isDense ? new Int32Array(2 * firstPairs) : new Int32Array(2 * old.length)
    this.#pairs = pairs
    this.#mask = pairs.length / 2 - 1
    this.#pairsUsed = 0
    for (let from = 0; from < old.length; from += 2) {
      const slot = old[from + 1]!
      if (slot === 0) continue
      const integer = old[from]!
      if (integer >>> 0 < dense.length) dense[integer] = slot
      else this.#place(integer, slot)
    }
  }

  /** Puts back what has been in the table before. */
  #place(integer: number, slot: number): void {
    if (4 * ++this.#pairsUsed > 3 * this.#mask) this.#doublePairs()
    const pairs = this.#pairs
    const mask = this.#mask
    let place = placeOf(integer) & mask
    while (pairs[2 * place + 1] !== 0) place = (place + 1) & mask
    pairs[2 * place] = integer
    pairs[2 * place + 1] = slot
  }

  #doublePairs(): void {
    const old = this.#pairs
    this.#pairs = new Int32Array(2 * old.length)
    this.#mask = old.length - 1
    this.#pairsUsed = 1
    for (let from = 0; from < old.length; from += 2) if (old[from + 1] !== 0) this.#place(old[from]!, old[from + 1]!)
  }

  /** The largest power of two below which at least a quarter of all numbers are keys; 0 where there is none. */
  #denseLength(): number {
    if (this.size < this.#denseFrom) return 0
    // By the number of binary digits.
    const counts = new Int32Array(33)
    for (let slot = 0; slot < this.size; slot++) {
      const key = this.#keys[slot]
      if (typeof key === 'number' && (key | 0) === key && key >= 0) counts[32 - Math.clz32(key)]! += 1
    }
    let below = 0
    let best = 0
    for (let digits = 0; digits <= denseDigitsMax; digits++) {
      below += counts[digits]!
      if (4 * below >= 2 ** digits) best = 2 ** digits
    }
    return best
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
    const slot = this.size++
    this.#slots ??= new Map()
    if (this.#slots.size >= this.#entriesMax) {
      this.#older.push(this.#slots)
      this.#slots = new Map()
    }
    this.#slots.set(canonicalKey(key), slot)
    this.#keys[slot] = key
    return slot
  }
}

/** Spreads neighbours, and numbers that differ in high bits only; folded so that low bits can be taken. */
const placeOf = (integer: number): number => {
  const product = Math.imul(integer ^ (integer >>> 16), 0x85ebca6b)
  return product ^ (product >>> 13)
}
