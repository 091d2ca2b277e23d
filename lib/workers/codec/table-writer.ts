/**
 * Writes values of one kind of place (rows, or keys) as a table: which type they are of, a column for each leaf of it, and what goes with
 * the columns. The type is found from the values, and found anew when some do not fit.
 */
import { mayCompile } from '../../code/scope.ts'
import { ByteWriter } from '../../state/byte-writer.ts'
import { refused } from '../../state/refusal.ts'
import { notTransferable } from '../../state/transferable.ts'
import { writeAnyValue } from './any-value.ts'
import type { ClonedInstances } from './cloned-instances.ts'
import { hasLeaf, isObjectType, joined, textOfType, typeOfAll, widthOf, withLeaves } from './column-type.ts'
import type { ColumnType, LeafType } from './column-type.ts'
import { Columns } from './column.ts'
import type { Column } from './column.ts'
import { compileIn } from './row-code.ts'
import { walkIn } from './row-walk.ts'
import type { PutRows } from './row-walk.ts'
import { aligned } from './space.ts'
import type { Space } from './space.ts'
import { newWords, tableFlag, TABLE_HEAD_BYTES } from './table-format.ts'
import { writeTexts } from './text-block.ts'

const TABLES_MAX = 16
/** A type wider than it may have to be is found anew after so many frames; one that says nothing of its rows, soon. */
const FOUND_ANEW_AFTER = 256
const ANY_FOUND_ANEW_AFTER = 8
/** Strings of which few came again are tried with a dictionary after so many frames. */
const TEXT_FOR = 4_096
const SAMPLE_ROWS = 16
const ATTEMPTS_MAX = 4
/** More than so many frames among the last ones did not fit. */
const MISFITS = 4
const RESTLESS_WITHIN = 64

interface Table {
  readonly number: number
  readonly type: ColumnType
  readonly text: string
  readonly columns: Columns
  put: PutRows
  isCompiled: boolean
  /** The receiver knows the type. */
  isTold: boolean
  /** In the last frame. */
  rows: number
  /** Of all. */
  rowsPut: number
}

const anything: LeafType = { kind: 'any', isOptional: false }

const isAny = (type: ColumnType): boolean => !isObjectType(type) && type.kind === 'any'

const isWide = ({ kind, isOptional }: LeafType): boolean => kind === 'any' || kind === 'text' || kind === 'double' || isOptional

const isManyShaped = (type: ColumnType): boolean => isObjectType(type) && (type.shapes.length > 1 || type.fields.some((field) => isManyShaped(field.type)))

export class TableWriter {
  readonly #compileAfter: number
  readonly #instances: ClonedInstances | null
  readonly #tables = new Map<string, Table>()
  /** Leaves whose strings are sent as they are, and up to which frame. */
  readonly #texts = new Map<string, number>()
  readonly #anyWriter = new ByteWriter()
  #current: Table | null = null
  #numbers = 0
  #frame = 0
  #foundAt = 0
  /** The last frames that did not fit. */
  readonly #misfits: number[] = []

  /** Rows of one type are put by compiled code after so many of them. `instances`: null where those of classes are refused. */
  constructor(compileAfter: number, instances: ClonedInstances | null) {
    this.#compileAfter = compileAfter
    this.#instances = instances
  }

  /**
   * Writes them at `at`, a multiple of 8; returns where the table ends.
   * @throws VALUE_NOT_TRANSFERABLE, or `full`; then nothing has been written
   */
  write(values: readonly unknown[], space: Space, at: number): number {
    let table = this.#tableFor(values)
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
      const end = this.#attempt(table, values, space, at)
      if (end > 0) return end
      table = this.#tableOf(this.#mended(table, values))
    }
    return this.#attempt(this.#tableOf(anything), values, space, at)
  }

  /** What was written last will be read. */
  sent(): void {
    this.#frame++
    const table = this.#current!
    table.isTold = true
    let hasIdle = false
    for (const column of table.columns.all) {
      if (column.kind !== 'word') continue
      column.dictionary.sent(table.rows)
      if (!column.dictionary.isIdle) continue
      hasIdle = true
      this.#sendAsText(column)
    }
    if (hasIdle) this.#tableOf(this.#withTexts(table.type))
  }

  /** What is written from now on can be read by one who knows nothing of what came before. */
  forget(): void {
    this.#tables.clear()
    this.#current = null
    this.#numbers = 0
  }

  #tableFor(values: readonly unknown[]): Table {
    const current = this.#current
    if (current !== null && this.#frame - this.#foundAt < (isAny(current.type) ? ANY_FOUND_ANEW_AFTER : FOUND_ANEW_AFTER)) return current
    this.#foundAt = this.#frame
    if (current !== null && (!(isManyShaped(current.type) || hasLeaf(current.type, isWide)) || this.#isWidest(current, values))) return current
    return this.#tableOf(this.#withTexts(typeOfAll(values)))
  }

  /** Whether the first values alone need the type. */
  #isWidest({ text }: Table, values: readonly unknown[]): boolean {
    return textOfType(this.#withTexts(typeOfAll(values.slice(0, SAMPLE_ROWS)))) === text
  }

  /** Columns of the type, the same ones as before where it was seen before. */
  #tableOf(type: ColumnType): Table {
    const text = textOfType(type)
    let table = this.#tables.get(text)
    if (table === undefined) {
      if (this.#tables.size === TABLES_MAX) this.forget()
      const columns = new Columns(type)
      table = { number: this.#numbers++, type, text, columns, put: walkIn(columns), isCompiled: false, isTold: false, rows: 0, rowsPut: 0 }
      this.#tables.set(text, table)
    }
    this.#current = table
    return table
  }

  /** A type for values which did not fit. */
  #mended(table: Table, values: readonly unknown[]): ColumnType {
    const overfull = table.columns.all.filter(({ dictionary }) => dictionary.isFull)
    for (const column of overfull) {
      // Full of this frame alone: it would be again.
      if (column.dictionary.isAnew) this.#sendAsText(column)
      else column.dictionary.forget()
    }
    if (overfull.length > 0) return this.#withTexts(table.type)
    this.#foundAt = this.#frame
    const own = this.#withTexts(typeOfAll(values))
    const both = joined(table.type, own)
    // Where types take turns one for all of them is better than none that fits twice.
    this.#misfits.push(this.#frame)
    const isRestless = this.#misfits.length > MISFITS && this.#frame - this.#misfits.shift()! < RESTLESS_WITHIN
    return widthOf(both) > widthOf(own) && !isRestless ? own : both
  }

  #sendAsText(column: Column): void {
    column.dictionary.forget()
    this.#texts.set(pathOf(column), this.#frame + TEXT_FOR)
  }

  #withTexts(type: ColumnType): ColumnType {
    for (const [path, until] of this.#texts) if (this.#frame >= until) this.#texts.delete(path)
    if (this.#texts.size === 0) return type
    return withLeaves(type, (leaf, path) => (leaf.kind === 'word' && this.#texts.has(path) ? { ...leaf, kind: 'text' } : leaf))
  }

  /** 0 where a value does not fit. */
  #attempt(table: Table, values: readonly unknown[], space: Space, at: number): number {
    const { columns } = table
    try {
      let to = at + TABLE_HEAD_BYTES
      space.reserve(to)
      if (!table.isTold) to = writeTexts(space, to, [table.text])
      const end = columns.place(to, values.length)
      space.reserve(end)
      if (!this.#putBy(table, values.length)(values, space)) return 0
      to = end
      for (const column of columns.all) to = this.#extras(column, values, space, to)
      const { i4 } = space
      const head = at >> 2
      i4[head] = table.number
      i4[head + 1] = table.isTold ? 0 : tableFlag.isNew
      i4[head + 2] = values.length
      i4[head + 3] = 0
      table.rows = values.length
      return to
    } finally {
      for (const { gathered } of columns.all) gathered.length = 0
    }
  }

  #putBy(table: Table, rows: number): PutRows {
    if (table.isCompiled || !mayCompile()) return table.put
    if (table.rowsPut >= this.#compileAfter) {
      table.put = compileIn(table.columns)
      table.isCompiled = true
    }
    table.rowsPut += rows
    return table.put
  }

  /** What goes with a column beside its numbers. */
  #extras(column: Column, values: readonly unknown[], space: Space, at: number): number {
    switch (column.kind) {
      case 'word': {
        const { unsent, isAnew } = column.dictionary
        space.reserve(at + 8)
        const which = isAnew ? newWords.anew : unsent.length === 0 ? newWords.none : newWords.more
        space.i4[at >> 2] = which
        return which === newWords.none ? at + 8 : writeTexts(space, at + 8, unsent)
      }
      case 'text':
        return writeTexts(space, at, column.gathered as string[])
      case 'any':
        return this.#anyValues(column, values, space, at)
      default:
        return at
    }
  }

  #anyValues({ gathered, path }: Column, values: readonly unknown[], space: Space, at: number): number {
    const writer = this.#anyWriter
    let i = 0
    try {
      for (; i < gathered.length; i++) writeAnyValue(writer, gathered[i], path.length, this.#instances)
    } catch (error) {
      writer.finish()
      throw error === refused ? notTransferable(values[i]) : error
    }
    const bytes = writer.finish()
    space.reserve(aligned(at + 8 + bytes.length))
    space.i4[at >> 2] = bytes.length
    space.u1.set(bytes, at + 8)
    return aligned(at + 8 + bytes.length)
  }
}

const pathOf = ({ path }: Column): string => path.map((name) => `\u0000${name}`).join('')
