/** Numbers keys 0, 1, 2, … in order of first arrival, so that what is held for each can lie in arrays. */
import { canonicalKey, type CanonicalKey } from './key.ts'

/** Whole numbers below this many times the number of keys lie in an array. */
const sparsityMax = 4
const firstLength = 64
const denseLengthMax = 2 ** 26

/** A Map of V8 throws beyond 2^24 entries; before that a further one is begun. */
const mapEntriesMax = 16_000_000

/**
 * Slots of keys. A known string or number costs one `Map.get`; only a key not found is checked.
 * @example
 * const index = new KeyIndex()
 * let slot = index.find(key)
 * if (slot < 0) slot = index.add(key)
 */
export class KeyIndex {
  readonly #keys: unknown[] = []
  readonly #entriesMax: number
  /** Takes new keys. */
  #slots = new Map<CanonicalKey, number>()
  /** Full maps, oldest first. */
  readonly #older: Map<CanonicalKey, number>[] = []
  /** Slot + 1 of keys that are small whole numbers, by key: a Map spread over the memory costs ten times as much. 0: look in the Maps. */
  #dense = new Int32Array(0)

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
    // Of a key that is no index there is no element.
    const near = typeof key === 'number' ? this.#dense[key] : undefined
    if (near !== undefined && near > 0) return near - 1
    const known = this.#slots.get(lookedUp(key))
    if (known !== undefined) return known
    return this.#findOlder(canonicalKey(key))
  }

  /**
   * The key's slot, a new one if it has none.
   * @throws KEY_NOT_HASHABLE
   */
  add(key: unknown): number {
    const found = this.find(key)
    if (found >= 0) return found
    const slot = this.#keys.length
    if (this.#isDense(key)) {
      this.#dense[key] = slot + 1
      this.#keys.push(key + 0)
      return slot
    }
    if (this.#slots.size >= this.#entriesMax) {
      this.#older.push(this.#slots)
      this.#slots = new Map()
    }
    this.#slots.set(canonicalKey(key), slot)
    this.#keys.push(key)
    return slot
  }

  /** The key as it first came (−0 as 0). `slot` is one that `add` has returned. */
  keyAt(slot: number): unknown {
    return this.#keys[slot]
  }

  /** Whether the array has a place for the key. It grows with the number of keys, to twice its length at least. */
  #isDense(key: unknown): key is number {
    if (typeof key !== 'number' || !(key >= 0) || !Number.isInteger(key)) return false
    if (key < this.#dense.length) return true
    const lengthMax = Math.min(denseLengthMax, Math.max(firstLength, sparsityMax * this.#keys.length))
    if (key >= lengthMax || lengthMax < 2 * this.#dense.length) return false
    const grown = new Int32Array(lengthMax)
    grown.set(this.#dense)
    this.#dense = grown
    return true
  }

  #findOlder(canonical: CanonicalKey): number {
    for (const slots of this.#older) {
      const slot = slots.get(canonical)
      if (slot !== undefined) return slot
    }
    return -1
  }
}

/** The canonical key; NaN and ±Infinity pass, as no Map here contains them: the miss finds them out. */
const lookedUp = (key: unknown): CanonicalKey =>
  typeof key === 'number' || (typeof key === 'string' && key.charCodeAt(0) !== 0) ? key : canonicalKey(key)
