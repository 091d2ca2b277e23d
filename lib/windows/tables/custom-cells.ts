/** Accumulators of an aggregator of the user's own, or of a scan. `add` and `merge` may change their first argument in place. */
import { hasCode } from '../../errors.ts'
import type { ByteReader } from '../../state/byte-reader.ts'
import type { ByteWriter } from '../../state/byte-writer.ts'
import { copyValue } from '../../state/copy.ts'
import type { AggregatorParts } from '../aggregate-spec.ts'
import { AccumulatorGuard } from '../../state/accumulator-guard.ts'
import type { CellRules, Cells } from './cells.ts'

const uncopied = Symbol('uncopied')

export class CustomCells implements Cells {
  readonly #parts: AggregatorParts<unknown, unknown, unknown>
  readonly #rules: CellRules
  readonly #guard: AccumulatorGuard
  readonly #accumulators: unknown[] = []
  /** What the last `enter` was given. */
  #before: unknown
  #hasOpened = false

  constructor(parts: AggregatorParts<unknown, unknown, unknown>, rules: CellRules) {
    this.#parts = parts
    this.#rules = rules
    this.#guard = new AccumulatorGuard((accumulator, record) => parts.add(accumulator, record))
  }

  get size(): number {
    return this.#accumulators.length
  }

  enter(slot: number, record: unknown): void {
    const accumulators = this.#accumulators
    this.#hasOpened = slot === accumulators.length
    if (this.#hasOpened) {
      accumulators.push(undefined)
      accumulators[slot] = this.#parts.add(this.#parts.init(), record)
      return
    }
    const before = accumulators[slot]
    this.#before = before
    if (this.#rules.guarded && this.#isExposed(before)) this.#guard.before(slot, before)
    accumulators[slot] = this.#parts.add(before, record)
  }

  undo(slot: number): boolean {
    if (this.#hasOpened) {
      this.#accumulators.length = slot
      return true
    }
    const before = this.#before
    this.#accumulators[slot] = before
    if (!this.#isExposed(before)) return true
    const restored = this.#guard.restored(slot)
    if (restored === null) return false
    this.#accumulators[slot] = restored.accumulator
    return true
  }

  keep(slot: number, record: unknown): void {
    if (this.#isExposed(this.#accumulators[slot])) this.#guard.after(slot, record)
    else this.#guard.forget(slot)
  }

  result(slot: number, isLast: boolean): unknown {
    const accumulator = this.#accumulators[slot]
    const value = this.#parts.result(accumulator)
    return value === accumulator && !isLast && this.#isExposed(value) ? copyValue(value) : value
  }

  merge(slot: number, other: Cells, from: number): void {
    const theirs = (other as CustomCells).#accumulators[from]
    const copy = this.#copy(theirs)
    if (slot === this.#accumulators.length) this.#accumulators.push(copy === uncopied ? this.#parts.merge(this.#parts.init(), theirs) : copy)
    else {
      // A copy of theirs too: parts of it may end up in the merged one, to be changed there by the next merge.
      this.#accumulators[slot] = this.#parts.merge(this.#accumulators[slot], copy === uncopied ? theirs : copy)
      this.#guard.forget(slot)
    }
  }

  drop(slot: number): void {
    this.#accumulators[slot] = undefined
    this.#guard.forget(slot)
  }

  cut(size: number): void {
    this.#accumulators.length = size
    if (size === 0) this.#guard.clear()
  }

  write(writer: ByteWriter, slot: number): void {
    writer.value(this.#accumulators[slot])
  }

  read(reader: ByteReader): void {
    this.#accumulators.push(reader.value())
  }

  /** Whether a call may change it in place. */
  #isExposed(accumulator: unknown): boolean {
    return !this.#rules.pure && ((typeof accumulator === 'object' && accumulator !== null) || typeof accumulator === 'function')
  }

  /** `uncopied`: a class instance, which only the user's own functions could copy. */
  #copy(accumulator: unknown): unknown {
    if (!this.#isExposed(accumulator)) return accumulator
    try {
      return copyValue(accumulator)
    } catch (error) {
      if (hasCode(error, 'VALUE_NOT_TRANSFERABLE')) return uncopied
      throw error
    }
  }
}
