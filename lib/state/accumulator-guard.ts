/**
 * Undoes calls of a function that may change its accumulator in place: keeps each accumulator encoded, with the inputs since then, and
 * encodes it anew once those are as large as it. So an undo costs no more than the accumulator is large, and a call no more than its input.
 */
import { decodeValue, encodeValue } from './codec.ts'

interface Kept {
  /** null: it cannot be encoded. */
  readonly accumulator: Uint8Array | null
  readonly inputs: unknown[]
  inputBytes: number
}

export class AccumulatorGuard {
  readonly #add: (accumulator: unknown, record: unknown) => unknown
  readonly #kept = new Map<number, Kept>()

  constructor(add: (accumulator: unknown, record: unknown) => unknown) {
    this.#add = add
  }

  /** Before a call, with what it will be given. */
  before(slot: number, accumulator: unknown): void {
    if (typeof accumulator !== 'object' || accumulator === null) this.#kept.delete(slot)
    else if (!this.#kept.has(slot)) this.#kept.set(slot, { accumulator: encodedOrNull(accumulator), inputs: [], inputBytes: 0 })
  }

  /** After a call that is to stay. */
  after(slot: number, record: unknown): void {
    const kept = this.#kept.get(slot)
    if (kept === undefined) return
    kept.inputs.push(record)
    kept.inputBytes += encodedOrNull(record)?.length ?? Infinity
    if (kept.accumulator === null || kept.inputBytes >= kept.accumulator.length) this.#kept.delete(slot)
  }

  forget(slot: number): void {
    this.#kept.delete(slot)
  }

  clear(): void {
    this.#kept.clear()
  }

  /** The accumulator as it was before the last call, in a box; null: it cannot be known. */
  restored(slot: number): { readonly accumulator: unknown } | null {
    const kept = this.#kept.get(slot)
    if (kept === undefined || kept.accumulator === null) return null
    try {
      let accumulator = decodeValue(kept.accumulator)
      for (const input of kept.inputs) accumulator = this.#add(accumulator, input)
      return { accumulator }
    } catch {
      // The function threw for an input that it once took: only the snapshot is known to be right.
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
