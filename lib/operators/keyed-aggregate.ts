/** The aggregate of each key, emitted with each record: what `aggregate` on a keyed stream runs. */
import { KeyIndex } from '../state/key-index.ts'
import type { FoldLayout } from '../windows/fold-layout.ts'
import type { AggregateTable } from '../windows/table.ts'
import { readTable, writeTable } from '../windows/stored-table.ts'
import type { NumberTable } from '../windows/tables/number-table.ts'
import { readKeyed } from './keyed-state.ts'
import { DONE } from './operator.ts'
import type { CodeScope, Cursor, LookAhead, ManyOperator, Operator, OperatorContext } from './operator.ts'

/** What is needed of a fold's layout. */
export interface TableLayout {
  createTable(): AggregateTable
  readonly code: FoldLayout['code']
}

export interface KeyedAggregate {
  readonly createLayout: () => TableLayout
  /** Whether a user's function makes the result: then that is a call of its own, and it may fail after the record has been added. */
  readonly ownResult: boolean
  /** Whether the user promises that no function changes its arguments. */
  readonly pure: boolean
}

export const keyedAggregate = ({ createLayout, ownResult, pure }: KeyedAggregate, { maxParallelism }: OperatorContext): Operator => {
  const index = new KeyIndex()
  const layout = createLayout()
  const table = layout.createTable()
  /** Records so far: the order of arrival, which outlives a restore. */
  let seq = 0
  /** The slot an `add` in progress writes to; −1: none is. */
  let adding = -1

  const add = (record: unknown, context: OperatorContext): number => {
    adding = -1
    table.prepare(record)
    const known = index.find(context.key)
    adding = known < 0 ? table.size : known
    table.add(adding, record, context.time, seq)
    const slot = known < 0 ? index.add(context.key) : known
    seq++
    adding = -1
    return slot
  }

  const state: Omit<ManyOperator, 'shape' | 'apply'> = {
    undo: () => adding < 0 || table.undo(adding) || pure,
    guard: () => table.guard(),
    snapshot: (writer) => {
      writer.varint(seq)
      const keys = index.list(maxParallelism)
      writeTable(writer, table, keys.bytes)
      return keys
    },
    restore: (scope) => {
      for (const { reader } of scope.parts) seq = Math.max(seq, reader.varint())
      if (scope.same) readKeyed(scope, (reader) => readTable(reader, table), (key) => index.add(key))
      else
        readKeyed(
          scope,
          (reader) => readTable(reader, layout.createTable()),
          (key, part, from) => table.merge(index.add(key), part, from),
        )
    },
    size: () => index.size,
  }

  if (!ownResult)
    return {
      ...state,
      shape: 'one',
      apply: (record, context) => {
        const slot = add(record, context)
        return { key: index.keyAt(slot), value: table.result(slot) }
      },
      ...(layout.code === null ? {} : { code: codeOf(layout.code, index, table), readsColumns: true, lookAhead: lookAheadOf(index, table) }),
    }
  const cursor = new ResultCursor(index, table)
  return { ...state, shape: 'many', apply: (record, context) => cursor.at(add(record, context), record) }
}

/** Keys whose state no longer fits into a core's own cache. */
const manyKeys = 16_384

const lookAheadOf = (index: KeyIndex, table: AggregateTable): LookAhead => ({
  get pays() {
    return index.size > manyKeys
  },
  find: (keys, count, slots) => {
    index.findAll(keys, count, slots)
    ;(table as NumberTable).touch(slots, count)
  },
})

const codeOf =
  (writeCode: NonNullable<FoldLayout['code']>, index: KeyIndex, table: AggregateTable) =>
  (scope: CodeScope): string => {
    const [keys, numbers, slot] = [scope.bind(index), scope.bind(table), scope.local()]
    const code = writeCode(scope)
    const find = scope.found === null ? `${slot} = ${keys}.add(k);` : `${slot} = ${scope.found}; if (${slot} < 0) ${slot} = ${keys}.add(k);`
    return `${code.prepare}
${find}
${code.add(numbers, slot)}
v = { key: typeof k === 'object' ? ${keys}.keyAt(${slot}) : k, value: ${code.result(numbers)} };`
  }

/** The one result after a record: tried again without adding the record again. */
class ResultCursor implements Cursor {
  readonly #index: KeyIndex
  readonly #table: AggregateTable
  #slot = -1
  #record: unknown

  constructor(index: KeyIndex, table: AggregateTable) {
    this.#index = index
    this.#table = table
  }

  at(slot: number, record: unknown): this {
    this.#slot = slot
    this.#record = record
    return this
  }

  next(): unknown {
    if (this.#slot < 0) return DONE
    const value = this.#table.result(this.#slot)
    const key = this.#index.keyAt(this.#slot)
    this.skip()
    return { key, value }
  }

  input(): unknown {
    return this.#record
  }

  skip(): void {
    this.#slot = -1
    this.#record = undefined
  }

  /** `result` may not change its accumulator. */
  undoable(): boolean {
    return true
  }
}
