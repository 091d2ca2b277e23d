/** Numbers keys 0, 1, 2, … in order of first arrival, so that what is held for each can lie in arrays. */
import { canonicalKey, type CanonicalKey } from './key.ts'

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
    if (this.#slots.size >= this.#entriesMax) {
      this.#older.push(this.#slots)
      this.#slots = new Map()
    }
    this.#slots.set(canonicalKey(key), slot)
    this.#keys.push(key === 0 ? 0 : key)
    return slot
  }

  /** The key as it first came (−0 as 0). `slot` is one that `add` has returned. */
  keyAt(slot: number): unknown {
    return this.#keys[slot]
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
