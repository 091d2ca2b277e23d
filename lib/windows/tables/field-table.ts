/** A table of one aggregate or an object of them: numbers side by side, built-in columns of other things, and cells of user functions. */
import type { ByteReader } from '../../state/byte-reader.ts'
import type { ByteWriter } from '../../state/byte-writer.ts'
import { setField } from '../../state/plain.ts'
import type { FoldTable } from '../fold-layout.ts'
import type { AggregateTable } from '../table.ts'
import type { CellRules, Cells } from './cells.ts'
import type { Column } from './column.ts'
import type { Measure } from './measure.ts'
import type { NumberLeaf, NumberTable } from './number-table.ts'

/** Where a result comes from: a leaf by its number, or an object of such. */
export type Shape =
  | { readonly kind: 'number'; readonly leaf: NumberLeaf }
  | { readonly kind: 'column' | 'cells'; readonly leaf: number }
  | { readonly kind: 'object'; readonly fields: readonly (readonly [name: string, shape: Shape])[] }

export interface Leaves {
  readonly shape: Shape
  readonly measures: readonly Measure[]
  /** Null where no leaf is a number. */
  readonly numbers: NumberTable | null
  readonly columns: readonly Column[]
  readonly cells: readonly Cells[]
  readonly rules: CellRules
}

export class FieldTable implements FoldTable {
  readonly #shape: Shape
  readonly #measures: readonly Measure[]
  readonly #numbers: NumberTable | null
  readonly #columns: readonly Column[]
  readonly #cells: readonly Cells[]
  readonly #rules: CellRules
  #size = 0
  /** How many of the cells the last `enter` got to. */
  #entered = 0

  constructor({ shape, measures, numbers, columns, cells, rules }: Leaves) {
    this.#shape = shape
    this.#measures = measures
    this.#numbers = numbers
    this.#columns = columns
    this.#cells = cells
    this.#rules = rules
  }

  get size(): number {
    return this.#size
  }

  prepare(record: unknown): void {
    for (const measure of this.#measures) measure.prepare(record)
  }

  add(slot: number, record: unknown, time: number, seq: number): void {
    this.enter(slot, record)
    this.commit(slot, record, time, seq)
  }

  enter(slot: number, record: unknown): void {
    const cells = this.#cells
    this.#entered = 0
    // Left by an `enter` that threw and was not taken back.
    if (slot === this.#size) for (const one of cells) if (one.size > slot) one.cut(slot)
    for (let i = 0; i < cells.length; i++) {
      this.#entered = i + 1
      cells[i]!.enter(slot, record)
    }
  }

  commit(slot: number, record: unknown, time: number, seq: number): void {
    const columns = this.#columns
    if (slot === this.#size) this.#open()
    this.#numbers?.commit(slot)
    for (let i = 0; i < columns.length; i++) columns[i]!.add(slot, record, time, seq)
    if (this.#rules.guarded) for (const cells of this.#cells) cells.keep(slot, record)
  }

  undo(slot: number): boolean {
    let isKnown = true
    for (let i = 0; i < this.#entered; i++) if (!this.#cells[i]!.undo(slot)) isKnown = false
    this.#entered = 0
    return isKnown
  }

  guard(): void {
    this.#rules.guarded = true
  }

  result(slot: number, isLast = false): unknown {
    return this.#resultOf(this.#shape, slot, isLast)
  }

  merge(slot: number, other: AggregateTable, from: number): void {
    const theirs = other as FieldTable
    try {
      for (let i = 0; i < this.#cells.length; i++) this.#cells[i]!.merge(slot, theirs.#cells[i]!, from)
    } catch (error) {
      for (const cells of this.#cells) if (cells.size > this.#size) cells.cut(this.#size)
      throw error
    }
    if (slot === this.#size) this.#open()
    this.#numbers?.merge(slot, theirs.#numbers!, from)
    for (let i = 0; i < this.#columns.length; i++) this.#columns[i]!.merge(slot, theirs.#columns[i]!, from)
  }

  drop(slot: number): void {
    this.#numbers?.drop(slot)
    for (const column of this.#columns) column.drop(slot)
    for (const cells of this.#cells) cells.drop(slot)
  }

  clear(): void {
    this.#size = 0
    this.#numbers?.clear()
    for (const column of this.#columns) column.clear()
    for (const cells of this.#cells) cells.cut(0)
  }

  write(writer: ByteWriter, slot: number): void {
    this.#numbers?.write(writer, slot)
    for (const column of this.#columns) column.write(writer, slot)
    for (const cells of this.#cells) cells.write(writer, slot)
  }

  read(reader: ByteReader): number {
    const slot = this.#size
    // Reading opens the slot of the numbers.
    this.#openColumns()
    this.#numbers?.read(reader)
    for (const column of this.#columns) column.read(reader, slot)
    for (const cells of this.#cells) cells.read(reader)
    return slot
  }

  #open(): void {
    this.#openColumns()
    this.#numbers?.open()
  }

  #openColumns(): void {
    this.#size++
    for (const column of this.#columns) column.open()
  }

  #resultOf(shape: Shape, slot: number, isLast: boolean): unknown {
    switch (shape.kind) {
      case 'number':
        return this.#numbers!.leafResult(shape.leaf, slot)
      case 'column':
        return this.#columns[shape.leaf]!.result(slot)
      case 'cells':
        return this.#cells[shape.leaf]!.result(slot, isLast)
      case 'object': {
        const object: Record<string, unknown> = {}
        for (const [name, field] of shape.fields) setField(object, name, this.#resultOf(field, slot, isLast))
        return object
      }
    }
  }
}
