/** What the rows of a batch have in common: a tree of plain objects with the same few lists of fields, and at its leaves one type each. */
import { Part } from '../../state/part.ts'

export type LeafKind =
  /** Undefined or null in every row: nothing is written. */
  | 'undefined'
  | 'null'
  | 'boolean'
  /** An int32 other than −0. */
  | 'int'
  | 'double'
  /** A string that is likely to come again, as its number in a dictionary. */
  | 'word'
  | 'text'
  /** Whatever no other column fits. */
  | 'any'

export interface LeafType {
  readonly kind: LeafKind
  /** Some are null or undefined. */
  readonly isOptional: boolean
}

export interface ObjectType {
  /** Of all shapes together. */
  readonly fields: readonly FieldType[]
  /** Each is the fields that some of the objects have, in order. */
  readonly shapes: readonly (readonly number[])[]
  /** The rows are `Part`s of the same length with nothing but numbers; the fields are these. */
  readonly isPart?: true
}

export interface FieldType {
  readonly name: string
  readonly type: ColumnType
}

export type ColumnType = LeafType | ObjectType

const LEVELS_MAX = 3
const FIELDS_MAX = 64
/** More shapes than so are taken for objects with names that are data. */
const SHAPES_MAX = 16
const WORD_LENGTH_MAX = 64

export const isObjectType = (type: ColumnType): type is ObjectType => 'fields' in type

const leaf = (kind: LeafKind, isOptional = false): LeafType => ({ kind, isOptional })
const anything = leaf('any')

/** The type of `value`. */
const typeOf = (value: unknown, level: number): ColumnType => {
  switch (typeof value) {
    case 'number':
      return leaf((value | 0) === value && (value !== 0 || 1 / value > 0) ? 'int' : 'double')
    case 'string':
      return leaf(value.length > WORD_LENGTH_MAX ? 'text' : 'word')
    case 'boolean':
      return leaf('boolean')
    case 'undefined':
      return leaf('undefined')
    default:
      if (value === null) return leaf('null')
      return typeof value === 'object' ? typeOfObject(value, level) : anything
  }
}

const typeOfObject = (value: object, level: number): ColumnType => {
  if (value instanceof Part && level === 0 && isOfNumbers(value)) return typeOfPart(value)
  if (level === LEVELS_MAX || Object.getPrototypeOf(value) !== Object.prototype) return anything
  const names = Object.keys(value)
  if (names.length > FIELDS_MAX || names.includes('__proto__')) return anything
  const fields = names.map((name) => ({ name, type: typeOf((value as Record<string, unknown>)[name], level + 1) }))
  return { fields, shapes: [names.map((_, i) => i)] }
}

const isOfNumbers = ({ numbers, lost, exact }: Part): boolean => lost === null && exact === null && numbers.length <= FIELDS_MAX

const typeOfPart = ({ numbers }: Part): ColumnType => {
  const fields = numbers.map((number, i) => ({ name: String(i), type: typeOf(number, 1) }))
  return { fields, shapes: [numbers.map((_, i) => i)], isPart: true }
}

/** The narrowest type of which both are. */
export const joined = (a: ColumnType, b: ColumnType): ColumnType => {
  if (isObjectType(a) || isObjectType(b)) return isObjectType(a) && isObjectType(b) ? joinedObjects(a, b) : anything
  const isOptional = a.isOptional || b.isOptional
  if (a.kind === b.kind) return isOptional === a.isOptional ? a : leaf(a.kind, isOptional)
  if (a.kind === 'any' || b.kind === 'any') return anything
  const [aIsBlank, bIsBlank] = [a, b].map(({ kind }) => kind === 'undefined' || kind === 'null')
  if (aIsBlank && bIsBlank) return anything
  if (aIsBlank) return leaf(b.kind, true)
  if (bIsBlank) return leaf(a.kind, true)
  const kinds = [a.kind, b.kind].toSorted().join(' ')
  if (kinds === 'double int') return leaf('double', isOptional)
  return kinds === 'text word' ? leaf('text', isOptional) : anything
}

const joinedObjects = (a: ObjectType, b: ObjectType): ColumnType => {
  const isOneShape = a.shapes.length === 1 && b.shapes.length === 1 && a.fields.length === b.fields.length
  if (isOneShape && a.fields.every(({ name }, i) => name === b.fields[i]!.name) && a.isPart === b.isPart) return joinedOfOneShape(a, b)
  if (a.isPart === true || b.isPart === true) return anything
  const names = [...new Set([...a.fields, ...b.fields].map(({ name }) => name))]
  const namesOf = ({ fields, shapes }: ObjectType): string[][] => shapes.map((shape) => shape.map((field) => fields[field]!.name))
  const shapes = [...new Map([...namesOf(a), ...namesOf(b)].map((shape) => [JSON.stringify(shape), shape])).values()]
  if (names.length > FIELDS_MAX || shapes.length > SHAPES_MAX) return anything
  const fields = names.map((name): FieldType => {
    const types = [a, b].flatMap((one) => one.fields.filter((field) => field.name === name)).map(({ type }) => type)
    const type = types.length === 2 ? joined(types[0]!, types[1]!) : types[0]!
    // An object has a place in every row.
    return { name, type: isObjectType(type) && !shapes.every((shape) => shape.includes(name)) ? anything : type }
  })
  return { fields, shapes: shapes.map((shape) => shape.map((name) => names.indexOf(name))) }
}

const joinedOfOneShape = (a: ObjectType, b: ObjectType): ObjectType => {
  const types = a.fields.map(({ type }, i) => joined(type, b.fields[i]!.type))
  const isSame = types.every((type, i) => type === a.fields[i]!.type)
  return isSame ? a : { ...a, fields: a.fields.map(({ name }, i) => ({ name, type: types[i]! })) }
}

/** The type of all values together; there is at least one. */
export const typeOfAll = (values: readonly unknown[]): ColumnType => {
  let type = typeOf(values[0], 0)
  for (let i = 1; i < values.length && type !== anything; i++) type = joined(type, typeOf(values[i], 0))
  return type
}

/** `type` with each leaf as `change` has it. */
export const withLeaves = (type: ColumnType, change: (leaf: LeafType, path: string) => LeafType, path = ''): ColumnType =>
  isObjectType(type)
    ? { ...type, fields: type.fields.map(({ name, type: held }) => ({ name, type: withLeaves(held, change, `${path}\u0000${name}`) })) }
    : change(type, path)

export const hasLeaf = (type: ColumnType, wanted: (leaf: LeafType) => boolean): boolean =>
  isObjectType(type) ? type.fields.some((field) => hasLeaf(field.type, wanted)) : wanted(type)

/** How much there is of what makes rows slow: values of any kind, and shapes. */
export const widthOf = (type: ColumnType): number =>
  isObjectType(type) ? type.fields.reduce((width, field) => width + widthOf(field.type), type.shapes.length) : type.kind === 'any' ? 1 : 0

/** Equal types have equal texts. */
export const textOfType = (type: ColumnType): string => JSON.stringify(type)

export const typeOfText = (text: string): ColumnType => JSON.parse(text) as ColumnType
