/** The columns of one table: where each lies in the frame in hand, and what belongs to it beside its numbers. */
import { aligned } from './space.ts'
import { isObjectType, textOfType } from './column-type.ts'
import type { ColumnType, LeafKind, LeafType, ObjectType } from './column-type.ts'
import { Dictionary } from './dictionary.ts'

/** One leaf of the type, or which shape each object of several shapes has. */
export class Column {
  readonly kind: LeafKind | 'shape'
  readonly isOptional: boolean
  /** Names of fields from the row down, empty where the row itself is the value. */
  readonly path: readonly string[]
  /** It has a value for every row. */
  readonly isWhole: boolean
  /** Index of its first number, in numbers of its width. */
  at = 0
  /** Index of the byte that tells whether the first one is there. */
  presenceAt = 0
  /** Sender: of words. */
  readonly dictionary: Dictionary = new Dictionary()
  /** Texts and values of any kind, which are written or read together. */
  gathered: unknown[] = []
  /** Receiver: words by their number. */
  words: string[] = []

  constructor({ kind, isOptional }: LeafType | typeof shapeLeaf, path: readonly string[], isWhole: boolean) {
    this.kind = kind
    this.isWhole = isWhole
    this.isOptional = isOptional
    this.path = path
  }
}

const shapeLeaf = { kind: 'shape', isOptional: false } as const

export interface FieldNode {
  readonly name: string
  readonly node: Node
  /** By shape, whether it has the field. */
  readonly isIn: readonly boolean[]
}

export interface Shape {
  readonly fields: readonly FieldNode[]
  /** Of the fields, in order. */
  readonly names: readonly string[]
  /** An object of this shape. */
  readonly sample: Readonly<Record<string, unknown>>
}

export interface ObjectNode {
  readonly fields: readonly FieldNode[]
  readonly shapes: readonly Shape[]
  /** Null where there is but one shape. */
  readonly shape: Column | null
  /** The fields are the numbers of a `Part`. */
  readonly isPart: boolean
}

/** The type again, with columns at its leaves. */
export type Node = Column | ObjectNode

/** What is said in a byte where a value may be missing. */
export const presence = { value: 0, null: 1, undefined: 2 } as const

export class Columns {
  /** Of their type. */
  readonly text: string
  readonly root: Node
  readonly all: readonly Column[]
  readonly #doubles: readonly Column[]
  readonly #ints: readonly Column[]
  readonly #words: readonly Column[]
  readonly #bytes: readonly Column[]
  readonly #optional: readonly Column[]

  constructor(type: ColumnType) {
    const all: Column[] = []
    const columnOf = (leaf: LeafType | typeof shapeLeaf, path: readonly string[], isWhole: boolean): Column => {
      const column = new Column(leaf, path, isWhole)
      all.push(column)
      return column
    }
    const objectOf = (part: ObjectType, path: readonly string[], isWhole: boolean): ObjectNode => {
      const fields = part.fields.map(({ name, type: held }, index): FieldNode => {
        const isIn = part.shapes.map((shape) => shape.includes(index))
        return { name, isIn, node: nodeOf(held, [...path, name], isWhole && isIn.every(Boolean)) }
      })
      const shapes = part.shapes.map((shape): Shape => {
        const held = shape.map((index) => fields[index]!)
        return { fields: held, names: held.map(({ name }) => name), sample: Object.fromEntries(held.map(({ name }) => [name, null])) }
      })
      return { fields, shapes, isPart: part.isPart === true, shape: shapes.length === 1 ? null : columnOf(shapeLeaf, path, isWhole) }
    }
    const nodeOf = (part: ColumnType, path: readonly string[], isWhole: boolean): Node =>
      isObjectType(part) ? objectOf(part, path, isWhole) : columnOf(part, path, isWhole)
    this.text = textOfType(type)
    this.root = nodeOf(type, [], true)
    this.all = all
    const of = (...wanted: readonly Column['kind'][]): readonly Column[] => all.filter(({ kind }) => wanted.includes(kind))
    this.#doubles = of('double')
    this.#ints = of('int')
    this.#words = of('word')
    this.#bytes = of('boolean', 'shape')
    this.#optional = all.filter(({ isOptional }) => isOptional)
  }

  /** Puts them one behind the other from `at`, a multiple of 8, the widest numbers first; returns where they end. */
  place(at: number, rows: number): number {
    let to = at
    const put = (columns: readonly Column[], shift: number): void => {
      for (const column of columns) {
        column.at = to >> shift
        to += rows << shift
      }
    }
    put(this.#doubles, 3)
    put(this.#ints, 2)
    put(this.#words, 1)
    put(this.#bytes, 0)
    for (const column of this.#optional) {
      column.presenceAt = to
      to += rows
    }
    return aligned(to)
  }
}
