/**
 * Keys: which values can be one, when two are equal, and the hash that decides where they live.
 * Strings, finite numbers, bigints, booleans, and plain arrays and objects of those; `1`, `'1'`, `1n` and `true` are four keys, −0 is 0.
 */
import { MillraceError } from '../errors.ts'
import { murmur2, murmur2OfString } from './murmur2.ts'
import { isPlainArray, isPlainObject } from './plain.ts'
import { findRefusal, instanceName, nestingMax, placeOf, refused, type Judge } from './refusal.ts'

/** What stands for a key in a Map. */
export type CanonicalKey = string | number | bigint | boolean

/** In front of what is hashed of a key that is not a string: part of the snapshot format, as key groups follow from it. */
const hashTag = { number: 1, bigint: 2, boolean: 3, composite: 4 } as const

/**
 * Marks the canonical form of arrays and objects. A string key that begins with it gets a second one,
 * so that no string is taken for an object: after the mark comes `[` or `{` there, the mark here.
 */
const mark = '\u0000'

/**
 * The hash of a key, an int32: murmur2 of a string's UTF-8 bytes, of a tag byte and the value for anything else.
 * @throws KEY_NOT_HASHABLE
 * @example
 * keyHash('foobar') // -790332482, as in Kafka
 */
export const keyHash = (key: unknown): number => {
  switch (typeof key) {
    case 'string':
      return murmur2OfString(key)
    case 'number':
      if (!Number.isFinite(key)) throw notHashable(key)
      return hashOfNumber(key)
    case 'bigint':
      return murmur2OfString(String.fromCharCode(hashTag.bigint) + key.toString())
    case 'boolean':
      scratch[0] = hashTag.boolean
      scratch[1] = key ? 1 : 0
      return murmur2(scratch, 2)
    default:
      return murmur2OfString(String.fromCharCode(hashTag.composite) + compositeText(key))
  }
}

/**
 * A primitive that equals another key's exactly when the two keys are equal (by `===`, and in a Map).
 * Primitives stand for themselves, but for −0 (0) and strings that begin with U+0000 (one more in front).
 * @throws KEY_NOT_HASHABLE
 * @example
 * canonicalKey({ b: 1, a: 2 }) === canonicalKey({ a: 2, b: 1 }) // true
 */
export const canonicalKey = (key: unknown): CanonicalKey => {
  switch (typeof key) {
    case 'string':
      return key.charCodeAt(0) === 0 ? mark + key : key
    case 'number':
      if (!Number.isFinite(key)) throw notHashable(key)
      return key + 0
    case 'bigint':
    case 'boolean':
      return key
    default:
      return mark + compositeText(key)
  }
}

/** The error for a key that is none: names the part at fault. */
export const notHashable = (key: unknown): MillraceError => {
  const refusal = findRefusal(key, judge)
  const what = refusal ? `${placeOf(refusal, 'the key')} is ${refusal.what}` : 'the key changed while it was read'
  return new MillraceError('KEY_NOT_HASHABLE', what)
}

const scratch = new Uint8Array(9)
const scratchView = new DataView(scratch.buffer)

const hashOfNumber = (key: number): number => {
  scratch[0] = hashTag.number
  scratchView.setFloat64(1, key + 0, true)
  return murmur2(scratch, 9)
}

const compositeText = (key: unknown): string => {
  try {
    if (typeof key !== 'object' || key === null) throw refused
    return textOf(key, 0)
  } catch (error) {
    throw error === refused ? notHashable(key) : error
  }
}

/** As fast-json-stable-stringify writes it, with bigints as `1n`: field names in order of their UTF-16 units, no spaces. */
const textOf = (part: unknown, depth: number): string => {
  switch (typeof part) {
    case 'string':
      return JSON.stringify(part)
    case 'number':
      if (!Number.isFinite(part)) throw refused
      return String(part)
    case 'boolean':
      return part ? 'true' : 'false'
    case 'bigint':
      return `${part}n`
    case 'object':
      if (part === null || depth === nestingMax) throw refused
      return isPlainArray(part) ? textOfArray(part, depth) : textOfObject(part, depth)
    default:
      throw refused
  }
}

const textOfArray = (array: readonly unknown[], depth: number): string => {
  let text = '['
  for (let i = 0; i < array.length; i++) text += (i === 0 ? '' : ',') + textOf(array[i], depth + 1)
  return `${text}]`
}

const textOfObject = (object: object, depth: number): string => {
  if (!isPlainObject(object) || hasSymbolField(object)) throw refused
  let text = ''
  for (const name of Object.keys(object).sort()) {
    text += `${text === '' ? '{' : ','}${JSON.stringify(name)}:${textOf(object[name], depth + 1)}`
  }
  return text === '' ? '{}' : `${text}}`
}

const hasSymbolField = (object: object): boolean => Object.getOwnPropertySymbols(object).length > 0

const judge: Judge = (part) => {
  switch (typeof part) {
    case 'string':
    case 'bigint':
    case 'boolean':
      return undefined
    case 'number':
      return Number.isFinite(part) ? undefined : String(part)
    case 'undefined':
      return 'undefined'
    case 'function':
      return 'a function'
    case 'symbol':
      return 'a symbol'
    case 'object':
      if (part === null) return 'null'
      if (isPlainArray(part)) return undefined
      if (!isPlainObject(part)) return instanceName(part)
      return hasSymbolField(part) ? 'an object with a symbol for a field name' : undefined
  }
}
