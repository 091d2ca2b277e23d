/** Options of connectors: plain values are checked where they are given, parameters when the connector opens. */
import { callSite } from '../api/call-site.ts'
import { invalid, shown } from '../api/option-checks.ts'
import { resolveParameter, type Parameter } from '../api/parameter.ts'

/** A value, or a reference to one that the run is given. */
export type Given<T> = T | Parameter<T>

/**
 * Reads an option while the connector opens, before it first waits: a parameter has its value in a step of the job alone.
 * @throws OPTION_INVALID when the value does not fit; of a plain value now
 */
export const setting = <T>(call: string, name: string, value: Given<T>, wants: string, fits: (value: unknown) => boolean): (() => T) => {
  const site = callSite()
  const checked = (plain: unknown): T => {
    if (!fits(plain)) throw invalid(`${name} of ${call} must be ${wants}, not ${shown(plain)}`, site)
    return plain as T
  }
  // `in` does not read the value: outside a step there is none.
  if (typeof value === 'object' && value !== null && 'value' in value) return () => checked(resolveParameter(value))
  const plain = checked(value)
  return () => plain
}

/** @throws OPTION_INVALID when it is not one of the choices */
export const choice = <T extends string>(call: string, name: string, value: T, choices: readonly T[]): T => {
  const wants = choices.map((each) => `'${each}'`).join(' or ')
  return setting<T>(call, name, value, wants, (plain) => choices.includes(plain as T))()
}

export const isRate = (value: unknown): boolean => typeof value === 'number' && value > 0 && Number.isFinite(value)
export const isCount = (value: unknown): boolean => value === Infinity || (Number.isSafeInteger(value) && (value as number) >= 0)
export const isPath = (value: unknown): boolean => typeof value === 'string' && value !== '' && !value.includes('\0')
