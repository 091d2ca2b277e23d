/** Reads tables: what later frames build on is taken over at once, rows and columns are made when they are asked for. */
import { mayCompile } from '../../code/scope.ts'
import { ByteReader } from '../../state/byte-reader.ts'
import { readAnyValue } from './any-value.ts'
import { typeOfText } from './column-type.ts'
import { Column, Columns } from './column.ts'
import { compileOut } from './row-code.ts'
import { walkOut } from './row-walk.ts'
import type { TakeRows } from './row-walk.ts'
import { aligned } from './space.ts'
import type { Space } from './space.ts'
import { newWords, tableFlag, TABLE_HEAD_BYTES } from './table-format.ts'
import { endOfTexts, readTexts } from './text-block.ts'

/** A column as it lies in memory: true only until its batch has been processed. Where `presence` is not null, 0 there tells that there is a value, 1 null, 2 undefined. */
export type ColumnView = { readonly presence: Uint8Array | null } & (
  | { readonly kind: 'int'; readonly values: Int32Array }
  | { readonly kind: 'double'; readonly values: Float64Array }
  /** 0 or 1. */
  | { readonly kind: 'boolean'; readonly values: Uint8Array }
  /** Each is an index of `words`. */
  | { readonly kind: 'word'; readonly values: Uint16Array; readonly words: readonly string[] }
  | { readonly kind: 'text'; readonly values: readonly string[] }
  | { readonly kind: 'any'; readonly values: readonly unknown[] }
  | { readonly kind: 'null' | 'undefined' }
)

interface Known {
  readonly columns: Columns
  /** By column: its words so far. */
  readonly words: string[][]
  take: TakeRows
  isCompiled: boolean
  rowsTaken: number
}

export class TableReader {
  readonly #compileAfter: number
  readonly #known = new Map<number, Known>()

  constructor(compileAfter: number) {
    this.#compileAfter = compileAfter
  }

  read(space: Space, at: number): ReadTable {
    const { i4 } = space
    const head = at >> 2
    let to = at + TABLE_HEAD_BYTES
    if (i4[head + 1] === tableFlag.isNew) {
      const text: string[] = []
      readTexts(space, to, text)
      to = endOfTexts(space, to)
      const columns = new Columns(typeOfText(text[0]!))
      this.#known.set(i4[head]!, { columns, words: columns.all.map(() => []), take: walkOut(columns), isCompiled: false, rowsTaken: 0 })
    }
    return new ReadTable(this.#known.get(i4[head]!)!, space, to, i4[head + 2]!, this.#compileAfter)
  }
}

export class ReadTable {
  readonly end: number
  readonly #known: Known
  readonly #space: Space
  readonly #at: number
  readonly #rows: number
  readonly #compileAfter: number
  /** By column: where what goes with it lies. */
  readonly #extrasAt: number[] = []
  /** By column: its words as they were when the table came. */
  readonly #words: string[][] = []

  constructor(known: Known, space: Space, at: number, rows: number, compileAfter: number) {
    this.#known = known
    this.#space = space
    this.#at = at
    this.#rows = rows
    this.#compileAfter = compileAfter
    let to = known.columns.place(at, rows)
    known.columns.all.forEach((column, index) => {
      this.#extrasAt.push(to)
      to = this.#stepOver(column, index, to)
      this.#words.push(known.words[index]!)
    })
    this.end = to
  }

  /** Its columns, in which its rows lie until another table of the type is read. */
  settled(): Columns {
    const { columns } = this.#known
    this.#settle(columns.all)
    return columns
  }

  values(): unknown[] {
    const known = this.#known
    this.#settle(known.columns.all)
    if (!known.isCompiled && known.rowsTaken >= this.#compileAfter && mayCompile()) {
      known.take = compileOut(known.columns)
      known.isCompiled = true
    }
    known.rowsTaken += this.#rows
    const values = known.take(this.#rows, this.#space)
    for (const column of known.columns.all) if (column.kind === 'text' || column.kind === 'any') column.gathered = []
    return values
  }

  /** The column at this path of names; undefined where the rows have no such column in common. */
  column(path: readonly string[]): ColumnView | undefined {
    const { root } = this.#known.columns
    if (!(root instanceof Column) && root.isPart) return undefined
    const column = this.#known.columns.all.find((one) => one.isWhole && one.kind !== 'shape' && one.path.length === path.length && one.path.every((name, i) => name === path[i]))
    if (column === undefined) return undefined
    this.#settle([column])
    const { kind, at, words, gathered } = column
    const { u1, u2, i4, f8 } = this.#space
    const rows = this.#rows
    const presence = column.isOptional ? u1.subarray(column.presenceAt, column.presenceAt + rows) : null
    switch (kind) {
      case 'int':
        return { kind, presence, values: i4.subarray(at, at + rows) }
      case 'double':
        return { kind, presence, values: f8.subarray(at, at + rows) }
      case 'boolean':
        return { kind, presence, values: u1.subarray(at, at + rows) }
      case 'word':
        return { kind, presence, values: u2.subarray(at, at + rows), words }
      case 'text':
        return { kind, presence, values: gathered as string[] }
      case 'any':
        return { kind, presence, values: gathered }
      case 'null':
      case 'undefined':
        return { kind, presence }
      case 'shape':
        return undefined
    }
  }

  #stepOver(column: Column, index: number, at: number): number {
    const { i4 } = this.#space
    switch (column.kind) {
      case 'word': {
        const which = i4[at >> 2]
        if (which === newWords.none) return at + 8
        // Tables read before keep the list that they knew.
        if (which === newWords.anew) this.#known.words[index] = []
        readTexts(this.#space, at + 8, this.#known.words[index]!)
        return endOfTexts(this.#space, at + 8)
      }
      case 'text':
        return endOfTexts(this.#space, at)
      case 'any':
        return aligned(at + 8 + i4[at >> 2]!)
      default:
        return at
    }
  }

  /** Columns serve all tables of their type: makes them those of this one. */
  #settle(wanted: readonly Column[]): void {
    const { all } = this.#known.columns
    this.#known.columns.place(this.#at, this.#rows)
    for (const column of wanted) {
      const index = all.indexOf(column)
      const at = this.#extrasAt[index]!
      column.words = this.#words[index]!
      if (column.kind === 'text') readTexts(this.#space, at, (column.gathered = []))
      else if (column.kind === 'any') column.gathered = anyValues(this.#space, at, this.#rows)
    }
  }
}

const anyValues = ({ u1, i4 }: Space, at: number, rows: number): unknown[] => {
  const reader = new ByteReader(u1.subarray(at + 8, at + 8 + i4[at >> 2]!))
  const values: unknown[] = []
  for (let i = 0; i < rows; i++) values.push(readAnyValue(reader))
  return values
}
