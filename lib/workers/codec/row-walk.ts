/** Rows into columns and back by walking the tree of columns, a column at a time: slower than what `row-code.ts` compiles, and the same. */
import { Part } from '../../state/part.ts'
import { Column, presence } from './column.ts'
import type { Columns, FieldNode, Node, ObjectNode, Shape } from './column.ts'
import type { Space } from './space.ts'

/** Fills the columns from the front; false where a row does not fit. */
export type PutRows = (values: readonly unknown[], space: Space) => boolean

/** Makes the rows again. */
export type TakeRows = (rows: number, space: Space) => unknown[]

export const walkIn =
  ({ root }: Columns): PutRows =>
  (values, space) =>
    put(root, values, space)

const put = (node: Node, values: readonly unknown[], space: Space): boolean => {
  if (node instanceof Column) return node.isOptional ? putOptional(node, values, space) : putColumn(node, values, space)
  const { fields, shape } = node
  if (node.isPart) {
    if (!values.every((value) => value instanceof Part && value.lost === null && value.exact === null && value.numbers.length === fields.length)) return false
    const numbers = (values as readonly Part[]).map((part) => part.numbers)
    return fields.every((field, index) => put(field.node, numbers.map((list) => list[index]), space))
  }
  if (shape === null) {
    const only = node.shapes[0]!
    for (let i = 0; i < values.length; i++) if (!isPlain(values[i]) || !hasShape(only, values[i] as object)) return false
  } else {
    let last = 0
    for (let i = 0; i < values.length; i++) {
      if (!isPlain(values[i])) return false
      last = shapeOf(node, values[i] as object, last)
      if (last < 0) return false
      space.u1[shape.at + i] = last
    }
  }
  return fields.every((field) => put(field.node, fieldOf(field, shape, values as readonly Record<string, unknown>[], space), space))
}

const isPlain = (value: unknown): boolean => typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype

const hasShape = ({ names }: Shape, value: object): boolean => {
  let count = 0
  for (const name in value) if (name !== names[count++]) return false
  return count === names.length
}

/** Most likely it is that of the object before; −1 where it is none of them. */
const shapeOf = ({ shapes }: ObjectNode, value: object, last: number): number =>
  hasShape(shapes[last]!, value) ? last : shapes.findIndex((shape) => hasShape(shape, value))

const fieldOf = ({ name, node, isIn }: FieldNode, shape: Column | null, rows: readonly Record<string, unknown>[], { u1 }: Space): unknown[] => {
  const values: unknown[] = []
  if (shape === null || !(node instanceof Column) || isIn.every(Boolean)) for (let i = 0; i < rows.length; i++) values.push(rows[i]![name])
  else {
    const filler = node.isOptional ? null : fillers[node.kind]
    for (let i = 0; i < rows.length; i++) values.push(isIn[u1[shape.at + i]!] ? rows[i]![name] : filler)
  }
  return values
}

/** What stands in the column where there is nothing. */
const fillers = { int: 0, double: 0, word: '', text: '', boolean: false, any: null, null: null, undefined: undefined, shape: 0 } as const

const putOptional = (column: Column, values: readonly unknown[], space: Space): boolean => {
  const { u1 } = space
  const { presenceAt: at } = column
  const filler = fillers[column.kind]
  const filled: unknown[] = []
  for (let i = 0; i < values.length; i++) {
    const value = values[i]
    const isThere = value !== null && value !== undefined
    u1[at + i] = isThere ? presence.value : value === null ? presence.null : presence.undefined
    filled.push(isThere ? value : filler)
  }
  return putColumn(column, filled, space)
}

const putColumn = (column: Column, values: readonly unknown[], { u1, u2, i4, f8 }: Space): boolean => {
  const { at, gathered } = column
  switch (column.kind) {
    case 'int':
      for (let i = 0; i < values.length; i++) {
        const value = values[i]
        if (typeof value !== 'number' || (value | 0) !== value || (value === 0 && 1 / value < 0)) return false
        i4[at + i] = value
      }
      return true
    case 'double':
      for (let i = 0; i < values.length; i++) {
        const value = values[i]
        if (typeof value !== 'number') return false
        f8[at + i] = value
      }
      return true
    case 'word': {
      const { dictionary } = column
      const { numbers } = dictionary
      for (let i = 0; i < values.length; i++) {
        const value = values[i]
        if (typeof value !== 'string') return false
        const number = numbers.get(value) ?? dictionary.add(value)
        if (number < 0) return false
        u2[at + i] = number
      }
      return true
    }
    case 'text':
      for (let i = 0; i < values.length; i++) {
        if (typeof values[i] !== 'string') return false
        gathered.push(values[i])
      }
      return true
    case 'boolean':
      for (let i = 0; i < values.length; i++) {
        const value = values[i]
        if (typeof value !== 'boolean') return false
        u1[at + i] = value ? 1 : 0
      }
      return true
    case 'any':
      for (let i = 0; i < values.length; i++) gathered.push(values[i])
      return true
    case 'null':
    case 'undefined':
      return values.every((value) => value === fillers[column.kind])
    case 'shape':
      return false
  }
}

export const walkOut =
  ({ root }: Columns): TakeRows =>
  (rows, space) =>
    take(root, rows, space)

const take = (node: Node, rows: number, space: Space): unknown[] => {
  if (node instanceof Column) return node.isOptional ? takeOptional(node, rows, space) : takeColumn(node, rows, space)
  const { shapes, shape } = node
  const { u1 } = space
  if (node.isPart) {
    const numbers = node.fields.map((field) => take(field.node, rows, space) as number[])
    return Array.from({ length: rows }, (_, i) => new Part(numbers.map((list) => list[i]!), null, null))
  }
  const objects: Record<string, unknown>[] = []
  for (let i = 0; i < rows; i++) objects.push({ ...shapes[shape === null ? 0 : u1[shape.at + i]!]!.sample })
  for (const { name, node: held, isIn } of node.fields) {
    const values = take(held, rows, space)
    const isInAll = isIn.every(Boolean)
    for (let i = 0; i < rows; i++) if (isInAll || isIn[u1[shape!.at + i]!]) objects[i]![name] = values[i]
  }
  return objects
}

const takeOptional = (column: Column, rows: number, space: Space): unknown[] => {
  const values = takeColumn(column, rows, space)
  const { u1 } = space
  for (let i = 0; i < rows; i++) {
    const isThere = u1[column.presenceAt + i]
    if (isThere !== presence.value) values[i] = isThere === presence.null ? null : undefined
  }
  return values
}

const takeColumn = ({ kind, at, words, gathered }: Column, rows: number, { u1, u2, i4, f8 }: Space): unknown[] => {
  switch (kind) {
    case 'int':
      return Array.from(i4.subarray(at, at + rows))
    case 'double':
      return Array.from(f8.subarray(at, at + rows))
    case 'word': {
      const values: unknown[] = []
      for (let i = 0; i < rows; i++) values.push(words[u2[at + i]!])
      return values
    }
    case 'boolean': {
      const values: unknown[] = []
      for (let i = 0; i < rows; i++) values.push(u1[at + i] === 1)
      return values
    }
    case 'text':
    case 'any':
      return gathered.slice()
    case 'null':
    case 'undefined':
    case 'shape':
      return new Array<unknown>(rows).fill(fillers[kind])
  }
}
