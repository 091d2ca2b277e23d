/** How windows use a table: records enter several at once, and slots end one by one. */
import type { CodeScope } from '../operators/operator.ts'
import type { AggregateTable } from './table.ts'
import type { NumberCode } from './tables/number-code.ts'

/** `add` in two steps, so that a record which enters several windows enters all of them or none. */
export interface FoldTable extends AggregateTable {
  /** The calls that are given the accumulator. Throws what they throw; `undo` takes it back, whether it threw or not. */
  enter(slot: number, record: unknown): void
  /** After `enter`: the rest of the add. Throws nothing. */
  commit(slot: number, record: unknown, time: number, seq: number): void
  /** `isLast`: the slot is dropped after this, so that its accumulator may be handed out uncopied. */
  result(slot: number, isLast?: boolean): unknown
  /** Forgets what a slot refers to; the slot is not used again. */
  drop(slot: number): void
}

/** What all tables of one stage share. */
export interface FoldLayout {
  /** Whether adding and merging call functions of the user, which may throw. */
  readonly isFallible: boolean
  /** Calls the value functions, once for a record however many windows it is in; the tables read what they gave. */
  prepare(record: unknown): void
  guard(): void
  createTable(): FoldTable
  /** How a record is added, as text; null where the tables are not `NumberTable`s. */
  readonly code: ((scope: Pick<CodeScope, 'bind' | 'local' | 'call'>) => NumberCode) | null
}
