/** Slots of the keys of one window or pane. The key `null` is that of a stream that has none: then it is the only one. */
import { KeyIndex } from '../state/key-index.ts'
import { KeyBytes, KeyList } from '../state/key-list.ts'

export class WindowKeys {
  /** Of all keys but `null`. */
  readonly index: KeyIndex
  #hasNull = false

  /** `like`: of about the same keys. */
  constructor(like: WindowKeys | null = null) {
    this.index = like === null ? new KeyIndex() : KeyIndex.likeOf(like.index)
  }

  get size(): number {
    return this.#hasNull ? 1 : this.index.size
  }

  /** The key's slot, or −1. */
  find(key: unknown): number {
    if (key === null) return this.#hasNull ? 0 : -1
    return this.index.find(key)
  }

  /** The key's slot, a new one if it has none. */
  add(key: unknown): number {
    if (key !== null) return this.index.add(key)
    this.#hasNull = true
    return 0
  }

  /** Forgets all keys. */
  clear(): void {
    this.index.clear()
    this.#hasNull = false
  }

  /** The keys there are now, for a snapshot. */
  list(maxParallelism: number): KeyList {
    if (!this.#hasNull) return this.index.list(maxParallelism)
    return new KeyList({ keys: [null], size: 1, isIntegers: false, bytes: new KeyBytes(maxParallelism) })
  }

  keyAt(slot: number): unknown {
    return this.#hasNull ? null : this.index.keyAt(slot)
  }
}
