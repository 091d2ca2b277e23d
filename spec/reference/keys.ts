/** Which keys are equal: a text for each, by semantics.md §8. */
import { MillraceError } from '../../lib/errors.ts'

/** Equal texts are equal keys. Throws KEY_NOT_HASHABLE. */
export const keyText = (key: unknown): string => {
  if (typeof key === 'string') return JSON.stringify(key)
  if (typeof key === 'boolean') return String(key)
  if (typeof key === 'bigint') return `${key}n`
  if (typeof key === 'number' && Number.isFinite(key)) return String(key + 0)
  if (Array.isArray(key)) return `[${Array.from(key, keyText).join()}]`
  if (typeof key === 'object' && key !== null) {
    const prototype: unknown = Object.getPrototypeOf(key)
    if (prototype === Object.prototype || prototype === null) {
      const fields = Object.entries(key).map(([name, value]) => `${JSON.stringify(name)}:${keyText(value)}`)
      return `{${fields.sort().join()}}`
    }
  }
  throw new MillraceError('KEY_NOT_HASHABLE', `a key is ${String(key)}`)
}
