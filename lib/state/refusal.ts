/** Finds where in a value the part lies that cannot be stored, sent or used as a key; runs only once something was refused. */
import { isPlainArray, isPlainObject } from './plain.ts'

/** Containers may be nested this deep; deeper ones would overflow the stack of whoever reads them. */
export const nestingMax = 1000

const pathLengthMax = 200

/** Thrown inside a fast path that keeps no path; whoever catches it asks `findRefusal` for the place. */
export const refused: unique symbol = Symbol('refused')

export interface Refusal {
  /** `.a.b[3]`; empty where the value itself is refused. */
  readonly path: string
  /** What is there: `a function`, `an instance of Money`. */
  readonly what: string
}

/** Says what a value is if it must be refused, else `undefined`. */
export type Judge = (value: unknown) => string | undefined

/** Depth first, in the order in which the fast paths go, so that it finds what they stumbled on. */
export const findRefusal = (value: unknown, judge: Judge): Refusal | undefined => {
  const above = new Set<unknown>()

  const visit = (part: unknown, path: string): Refusal | undefined => {
    const what = judge(part)
    if (what !== undefined) return { path: shortened(path), what }
    if (typeof part !== 'object' || part === null) return undefined
    if (above.has(part)) return { path: shortened(path), what: 'a reference back to what contains it (a cycle)' }
    if (above.size === nestingMax) return { path: shortened(path), what: `nested more than ${nestingMax} levels deep` }
    above.add(part)
    for (const [child, step] of children(part)) {
      const found = visit(child, path + step)
      if (found) return found
    }
    above.delete(part)
    return undefined
  }

  return visit(value, '')
}

/** `the value` or `.a.b[3] of the value`. */
export const placeOf = (refusal: Refusal, name: string): string => (refusal.path === '' ? name : `${refusal.path} of ${name}`)

/** What an object calls itself, for a message. */
export const instanceName = (value: object): string => {
  const made: unknown = Object.getPrototypeOf(value)?.constructor
  const name = typeof made === 'function' ? made.name : ''
  return name === '' ? 'an instance of an unnamed class' : `an instance of ${name}`
}

function* children(value: object): Generator<[child: unknown, step: string]> {
  if (isPlainArray(value)) {
    for (let i = 0; i < value.length; i++) yield [value[i], `[${i}]`]
  } else if (value instanceof Map) {
    let i = 0
    for (const [key, held] of value) {
      yield [key, `.keys()[${i}]`]
      yield [held, typeof key === 'string' || typeof key === 'number' ? `.get(${JSON.stringify(key)})` : `.values()[${i}]`]
      i++
    }
  } else if (value instanceof Set) {
    let i = 0
    for (const held of value) yield [held, `.values()[${i++}]`]
  } else if (isPlainObject(value)) {
    for (const name of Object.keys(value)) {
      yield [value[name], /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`]
    }
  }
}

const shortened = (path: string): string => (path.length <= pathLengthMax ? path : `${path.slice(0, pathLengthMax)}…`)
