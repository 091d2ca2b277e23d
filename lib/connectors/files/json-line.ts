/** Writes a value as one line of JSON, refusing what JSON would lose. */
import { MillraceError } from '../../errors.ts'

/**
 * JSON text of a value; a bigint is written as a string.
 * @throws SINK_FAILED for functions, symbols, undefined (but as a field, which is left out), NaN, ±Infinity, Map, Set, bytes, cycles
 * @example
 * jsonLine({ id: 7n }) // '{"id":"7"}'
 */
export const jsonLine = (value: unknown): string => {
  if (isPlainJson(value, 0)) return JSON.stringify(value)
  try {
    return JSON.stringify(value, strictly)
  } catch (error) {
    throw error instanceof MillraceError ? error : unwritable((error as Error).message, error)
  }
}

/** Whether JSON.stringify alone does it: nothing to refuse, to convert, or to ask. */
const isPlainJson = (value: unknown, depth: number): boolean => {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return true
    case 'number':
      return Number.isFinite(value)
    case 'object':
      if (value === null) return true
      if (depth > 50) return false
      if (Array.isArray(value))
        return Object.getPrototypeOf(value) === Array.prototype && value.every((item) => isPlainJson(item, depth + 1))
      if (Object.getPrototypeOf(value) !== Object.prototype || 'toJSON' in value) return false
      for (const name in value) if (!isPlainJson((value as Record<string, unknown>)[name], depth + 1)) return false
      return true
    case 'bigint':
    case 'function':
    case 'symbol':
    case 'undefined':
      return false
  }
}

/** A replacer; JSON.stringify calls it with the object that holds the value as `this`, and after toJSON. */
function strictly(this: unknown, name: string, value: unknown): unknown {
  switch (typeof value) {
    case 'bigint':
      return String(value)
    case 'number':
      if (Number.isFinite(value)) return value
      throw unwritable(`${placed(name)}${value} is not JSON`)
    case 'function':
    case 'symbol':
      throw unwritable(`${placed(name)}a ${typeof value} is not JSON`)
    case 'undefined':
      if (name !== '' && !Array.isArray(this)) return value
      throw unwritable(`${placed(name)}undefined is not JSON`)
    case 'object': {
      const kind = Object.prototype.toString.call(value)
      if (value === null || kind === '[object Object]' || kind === '[object Array]') return value
      throw unwritable(`${placed(name)}${kind.slice(8, -1)} is not JSON`)
    }
    case 'string':
    case 'boolean':
      return value
  }
}

const placed = (name: string): string => (name === '' ? '' : `'${name}': `)

const unwritable = (what: string, cause?: unknown): MillraceError =>
  new MillraceError('SINK_FAILED', `a record cannot be written as JSON: ${what}`, {
    next: 'Map the record to plain values first.',
    ...(cause !== undefined && { cause }),
  })
