/** Options of connectors: unknown names refused, plain values checked where they are given, parameters when the connector opens. */
import { resolveParameter, type Parameter } from '../api/parameter.ts'
import { MillraceError } from '../errors.ts'

/** A value, or a reference to one that the run is given. */
export type Given<T> = T | Parameter<T>

/** @throws OPTION_INVALID naming the options that the call does not take */
export const refuseUnknown = (call: string, options: object, known: readonly string[], later: readonly string[] = []): void => {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new MillraceError('OPTION_INVALID', `${call}: options must be an object, not ${shown(options)}`)
  }
  const early = Object.keys(options).filter((name) => later.includes(name))
  if (early.length > 0) throw new MillraceError('OPTION_INVALID', `${call}: ${early.join(', ')}: not in this version`, { next: 'Leave it out.' })
  const unknown = Object.keys(options).filter((name) => !known.includes(name))
  if (unknown.length === 0) return
  const next = known.length === 0 ? 'It takes no options.' : `It takes ${known.join(', ')}.`
  throw new MillraceError('OPTION_INVALID', `${call}: unknown option ${unknown.join(', ')}`, { next })
}

/**
 * Reads an option when the connector opens; a plain value is checked now.
 * @throws OPTION_INVALID when the value does not fit
 */
export const setting = <T>(call: string, name: string, value: Given<T>, wants: string, fits: (value: unknown) => boolean): (() => T) => {
  const checked = (plain: unknown): T => {
    if (!fits(plain)) throw new MillraceError('OPTION_INVALID', `${call}: ${name} is ${shown(plain)}`, { next: `Give ${wants}.` })
    return plain as T
  }
  // `in` does not read the value: outside a run a parameter has none.
  if (typeof value === 'object' && value !== null && 'value' in value) return () => checked(resolveParameter(value))
  const plain = checked(value)
  return () => plain
}

/** @throws OPTION_INVALID when it is not one of the choices */
export const choice = <T extends string>(call: string, name: string, value: T, choices: readonly T[]): T => {
  const wants = `one of ${choices.map((each) => `'${each}'`).join(', ')}`
  return setting<T>(call, name, value, wants, (plain) => choices.includes(plain as T))()
}

export const isRate = (value: unknown): boolean => typeof value === 'number' && value > 0 && Number.isFinite(value)
export const isCount = (value: unknown): boolean => value === Infinity || (Number.isSafeInteger(value) && (value as number) >= 0)
export const isPath = (value: unknown): boolean => typeof value === 'string' && value !== '' && !value.includes('\0')

const shown = (value: unknown): string => {
  if (typeof value === 'string') return `'${value.slice(0, 80)}'`
  return typeof value === 'object' && value !== null ? (Array.isArray(value) ? 'an array' : 'an object') : String(value)
}
