/** One accumulator for each key, emitted with each record: what `scan` and `reduce` on a keyed stream run. */
import { copyValue } from '../state/copy.ts'
import { KeyIndex } from '../state/key-index.ts'
import { AccumulatorGuard } from '../state/accumulator-guard.ts'
import { readKeyed, readSlots, writeKeyed } from './keyed-state.ts'
import type { OperatorContext, RowOperator } from './operator.ts'

export interface Fold {
  readonly fn: (acc: unknown, record: unknown) => unknown
  /** Makes the accumulator that a key's first record is folded into; null: that record is the accumulator. */
  readonly start: (() => unknown) | null
  /** Whether `fn` may change its accumulator: then what is emitted is a copy. */
  readonly inPlace: boolean
}

export const keyedFold = ({ fn, start, inPlace }: Fold, { maxParallelism }: OperatorContext): RowOperator => {
  const index = new KeyIndex()
  const accumulators: unknown[] = []
  let guard: AccumulatorGuard | null = null
  return {
    shape: 'one',
    apply: (record, context) => {
      const known = index.find(context.key)
      let accumulator: unknown
      if (known < 0) accumulator = start === null ? record : fn(start(), record)
      else {
        guard?.before(known, accumulators[known])
        accumulator = fn(accumulators[known], record)
      }
      // A later call may change an object returned now, also one that was made by this call.
      const value = inPlace && typeof accumulator === 'object' ? copyValue(accumulator) : accumulator
      const slot = known < 0 ? index.add(context.key) : known
      accumulators[slot] = accumulator
      guard?.after(slot, record)
      return { key: index.keyAt(slot), value }
    },
    undo: (_record, context) => {
      const slot = index.find(context.key)
      // Nothing is stored by a call that fails, and what `start` made for a new key is dropped.
      const before = accumulators[slot]
      if (!inPlace || typeof before !== 'object' || before === null) return true
      const undone = guard?.restored(slot) ?? null
      if (undone === null) return false
      accumulators[slot] = undone.accumulator
      return true
    },
    guard: () => {
      if (inPlace) guard ??= new AccumulatorGuard(fn)
    },
    snapshot: (writer) => writeKeyed(writer, index.list(maxParallelism), (slot) => writer.value(accumulators[slot])),
    restore: (scope) =>
      readKeyed(
        scope,
        (reader) => readSlots(reader, () => reader.value()),
        (key, held, slot) => {
          accumulators[index.add(key)] = held[slot]
        },
      ),
    size: () => index.size,
  }
}
