/**
 * Undoes calls of a function that may change its accumulator in place: keeps each accumulator encoded, with the inputs since then, and
 * encodes it anew once those are as large as it. So an undo costs no more than the accumulator is large, and a call no more than its input.
 */
import { decodeValue, encodeValue } from '../state/codec.ts'

interface Kept {
  /** null: it cannot be encoded. */
  readonly accumulator: Uint8Array | null
  readonly inputs: unknown[]
  bytes: number
}

/** What an accumulator was before the call that failed. */
export interface Undone {
  readonly accumulator: unknown
}

export class FoldGuard {
  readonly #kept = new Map<number, Kept>()
  readonly #fn: (acc: unknown, record: unknown) => unknown

  constructor(fn: (acc: unknown, record: unknown) => unknown) {
    this.#fn = fn
  }

  /** Before a call: `accumulator` is what it will be given. */
  before(slot: number, accumulator: unknown): void {
    if (typeof accumulator !== 'object' || accumulator === null) this.#kept.delete(slot)
    else if (!this.#kept.has(slot)) this.#kept.set(slot, { accumulator: encodedOrNull(accumulator), inputs: [], bytes: 0 })
  }

  /** After a call that went well. */
  after(slot: number, record: unknown): void {
    const kept = this.#kept.get(slot)
    if (kept === undefined) return
    const bytes = encodedOrNull(record)?.length ?? Infinity
    kept.inputs.push(record)
    kept.bytes += bytes
    if (kept.accumulator === null || kept.bytes >= kept.accumulator.length) this.#kept.delete(slot)
  }

  /** The accumulator as it was before the call that failed; null: that cannot be known. */
  undo(slot: number): Undone | null {
    const kept = this.#kept.get(slot)
    if (kept === undefined || kept.accumulator === null) return null
    try {
      let accumulator = decodeValue(kept.accumulator)
      for (const input of kept.inputs) accumulator = this.#fn(accumulator, input)
      return { accumulator }
    } catch {
      // Not a function of its arguments alone: the snapshot is the only state known to be right.
      return null
    }
  }
}

const encodedOrNull = (value: unknown): Uint8Array | null => {
  try {
    return encodeValue(value)
  } catch {
    return null
  }
}
