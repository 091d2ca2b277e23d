/** What can be stored and sent beside plain objects and arrays, and the error for everything else. */
import { MillraceError } from '../errors.ts'
import { isPlainArray, isPlainObject } from './plain.ts'
import { findRefusal, instanceName, placeOf, type Judge } from './refusal.ts'

export type TypedArray =
  | Uint8Array
  | Uint8ClampedArray
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | Float16Array
  | Float32Array
  | Float64Array
  | BigInt64Array
  | BigUint64Array

interface TypedArrayConstructor {
  new (buffer: ArrayBuffer): TypedArray
  readonly BYTES_PER_ELEMENT: number
}

/** An element kind's number in the codec is its place here: only ever append. Float16Array is missing before Node 24. */
export const elementKinds: readonly (TypedArrayConstructor | undefined)[] = [
  Uint8Array,
  Uint8ClampedArray,
  Int8Array,
  Uint16Array,
  Int16Array,
  Uint32Array,
  Int32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
  (globalThis as { Float16Array?: TypedArrayConstructor }).Float16Array,
]

const kindByName = new Map<string, number>()
elementKinds.forEach((kind, i) => {
  if (kind) kindByName.set((kind as unknown as { name: string }).name, i)
})

// The getter of %TypedArray%.prototype reads the true kind, past subclasses (Buffer) and other realms.
const readKind = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag)?.get

/** The place of a typed array's kind in `elementKinds`; undefined for what is not a typed array. A Buffer counts as Uint8Array. */
export const elementKindOf = (value: object): number | undefined => {
  const name: unknown = readKind?.call(value)
  return name === undefined ? undefined : kindByName.get(name as string)
}

/** True only for the class itself: a subclass may hold more than its base class shows. */
export const isExactly = <T extends object>(value: object, type: { readonly prototype: T }): value is T =>
  Object.getPrototypeOf(value) === type.prototype

const builtIns = [Date, Map, Set, RegExp, ArrayBuffer]

const judge: Judge = (value) => {
  if (typeof value === 'function') return 'a function'
  if (typeof value === 'symbol') return 'a symbol'
  if (typeof value !== 'object' || value === null) return undefined
  if (isPlainArray(value) || isPlainObject(value) || elementKindOf(value) !== undefined) return undefined
  return builtIns.some((type) => isExactly<object>(value, type)) ? undefined : instanceName(value)
}

/** The error for a value of which some part was refused: names the part. */
export const notTransferable = (value: unknown): MillraceError => {
  const refusal = findRefusal(value, judge)
  const what = refusal ? `${placeOf(refusal, 'the value')} is ${refusal.what}` : 'the value changed while it was read'
  return new MillraceError('VALUE_NOT_TRANSFERABLE', what)
}
