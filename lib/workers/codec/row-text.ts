/** The text of a row that lies in columns, for loops that are compiled over them: `i` counts the rows. */
import { Part } from '../../state/part.ts'
import { Column, presence } from './column.ts'
import type { Columns, Node, Shape } from './column.ts'

/** Declares what rows are read from: the views of `space`. */
export const VIEWS = 'const u1 = space.u1, u2 = space.u2, i4 = space.i4, f8 = space.f8;'

export class RowText {
  readonly #columns: Columns
  readonly #prefix: string
  readonly #bind: (value: unknown) => string

  /** `prefix`: of the names of its locals. */
  constructor(columns: Columns, prefix: string, bind: (value: unknown) => string) {
    this.#columns = columns
    this.#prefix = prefix
    this.#bind = bind
  }

  /** Statement: declares where the columns lie; `list` names those of the batch in hand. */
  open(list: string): string {
    const names = this.#columns.all.map((column) => this.#name(column))
    return names.map((name, index) => `const ${name} = ${list}[${index}], ${name}a = ${name}.at, ${name}p = ${name}.presenceAt, ${name}w = ${name}.words, ${name}g = ${name}.gathered;`).join('\n')
  }

  /** An expression: the row, made anew. */
  get row(): string {
    return this.#made(this.#columns.root)
  }

  /** Where the rows are `Part`s: an expression for one of its numbers; null where none is one, undefined where some may be. */
  get number(): ((place: number) => string) | null | undefined {
    const { root } = this.#columns
    if (root instanceof Column) return root.kind === 'any' ? undefined : null
    return !root.isPart ? null : (place) => this.#load(root.fields[place]!.node as Column)
  }

  #name(column: Column): string {
    return `${this.#prefix}${this.#columns.all.indexOf(column)}`
  }

  #made(node: Node): string {
    if (node instanceof Column) return this.#load(node)
    const { fields, shapes, shape } = node
    if (node.isPart) return `new ${this.#bind(Part)}([${fields.map((field) => this.#made(field.node)).join(', ')}], null, null)`
    if (shape === null) return this.#literal(shapes[0]!)
    const tests = shapes.slice(1).map((one, index) => `u1[${this.#name(shape)}a + i] === ${index + 1} ? ${this.#literal(one)} : `)
    return `(${tests.join('')}${this.#literal(shapes[0]!)})`
  }

  #literal({ fields }: Shape): string {
    return `{ ${fields.map(({ name, node }) => `${JSON.stringify(name)}: ${this.#made(node)}`).join(', ')} }`
  }

  #load(column: Column): string {
    const value = this.#loadValue(column)
    if (!column.isOptional) return value
    const at = `u1[${this.#name(column)}p + i]`
    return `(${at} === ${presence.value} ? ${value} : ${at} === ${presence.null} ? null : undefined)`
  }

  #loadValue(column: Column): string {
    const name = this.#name(column)
    switch (column.kind) {
      case 'int':
        return `i4[${name}a + i]`
      case 'double':
        return `f8[${name}a + i]`
      case 'word':
        return `${name}w[u2[${name}a + i]]`
      case 'boolean':
        return `u1[${name}a + i] === 1`
      case 'text':
      case 'any':
        return `${name}g[i]`
      case 'null':
      case 'undefined':
        return column.kind
      case 'shape':
        return 'undefined'
    }
  }
}
