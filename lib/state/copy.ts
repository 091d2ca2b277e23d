/** Deep copies of plain values: the same set of values that the codec stores, with the same result as storing and reading. */
import { isPlainArray, isPlainObject, setField } from './plain.ts'
import { nestingMax, refused } from './refusal.ts'
import { elementKindOf, elementKinds, isExactly, notTransferable } from './transferable.ts'

/**
 * A deep copy; a primitive is returned as it is. What is referred to twice is copied twice.
 * @throws VALUE_NOT_TRANSFERABLE naming the part that is a function, symbol, class instance, a cycle, or nested more than 1,000 levels deep
 * @example
 * const before = copyValue(accumulator)
 */
export const copyValue = <T>(value: T): T => {
  if (isPrimitive(value)) return value
  try {
    return copyOf(value, 0) as T
  } catch (error) {
    throw error === refused ? notTransferable(value) : error
  }
}

const isPrimitive = (value: unknown): boolean => {
  const type = typeof value
  return type === 'number' || type === 'string' || value === null || (type !== 'object' && type !== 'function' && type !== 'symbol')
}

const copyOf = (value: unknown, depth: number): unknown => {
  if (isPrimitive(value)) return value
  if (typeof value !== 'object' || depth === nestingMax) throw refused
  const object = value as object
  if (isPlainArray(object)) {
    const array: unknown[] = []
    for (let i = 0; i < object.length; i++) array.push(copyOf(object[i], depth + 1))
    return array
  }
  if (isPlainObject(object)) {
    const fields = (Object.getPrototypeOf(object) === null ? Object.create(null) : {}) as Record<string, unknown>
    for (const name of Object.keys(object)) setField(fields, name, copyOf(object[name], depth + 1))
    return fields
  }
  return copyOfBuiltIn(object, depth)
}

const copyOfBuiltIn = (value: object, depth: number): object => {
  const kind = elementKindOf(value)
  if (kind !== undefined) {
    const { buffer, byteOffset, byteLength } = value as ArrayBufferView
    return new elementKinds[kind]!(new Uint8Array(buffer, byteOffset, byteLength).slice().buffer as ArrayBuffer)
  }
  if (isExactly(value, Date)) return new Date(value.getTime())
  if (isExactly(value, Map)) {
    const map = new Map<unknown, unknown>()
    for (const [key, held] of value) map.set(copyOf(key, depth + 1), copyOf(held, depth + 1))
    return map
  }
  if (isExactly(value, Set)) {
    const set = new Set<unknown>()
    for (const held of value) set.add(copyOf(held, depth + 1))
    return set
  }
  if (isExactly(value, RegExp)) return new RegExp(value.source, value.flags)
  if (isExactly(value, ArrayBuffer)) return value.slice(0)
  throw refused
}
