/** Checks of options, made where they are given: OPTION_INVALID says which option of what, and the line. */
import { MillraceError } from '../errors.ts'
import { didYouMean } from './closest-name.ts'

export const invalid = (what: string, site: string, next?: string): MillraceError =>
  new MillraceError('OPTION_INVALID', what, { site, next })

/** What stands in the message for a value of the wrong kind. */
export const shown = (value: unknown): string => {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value.length <= 80 ? value : `${value.slice(0, 80)}…`)
    case 'object':
      return value === null ? 'null' : Array.isArray(value) ? 'an array' : 'an object'
    case 'function':
      return 'a function'
    case 'bigint':
      return `${value}n`
    case 'number':
    case 'boolean':
    case 'symbol':
    case 'undefined':
      return String(value)
  }
}

/** Refuses names that are not known: a misspelt option would else do nothing, in silence. */
export const checkNames = (of: string, given: unknown, known: readonly string[], site: string): void => {
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw invalid(`the options of ${of} must be an object, not ${shown(given)}`, site)
  const unknown = Object.keys(given).filter((name) => !known.includes(name))
  if (unknown.length === 0) return
  const names = unknown.map((name) => `'${name}'`).join(', ')
  const meant = unknown.length === 1 ? didYouMean(unknown[0]!, known) : ''
  throw invalid(`${of} has no option ${names} in this version${meant}`, site, `Options of ${of}: ${known.join(', ')}.`)
}

export const checkFunction = (what: string, given: unknown, site: string): void => {
  if (typeof given !== 'function') throw invalid(`${what} must be a function, not ${shown(given)}`, site)
}

export interface NumberBounds {
  readonly least: number
  readonly most?: number
  /** A safe integer. */
  readonly whole?: boolean
}

/** A finite number within bounds. */
export const checkNumber = (what: string, given: unknown, bounds: NumberBounds, site: string): number => {
  const { least, most = Number.MAX_VALUE, whole = false } = bounds
  if (typeof given === 'number' && given >= least && given <= most && (!whole || Number.isSafeInteger(given))) return given
  const range = most === Number.MAX_VALUE ? `of at least ${least}` : `from ${least} to ${most}`
  throw invalid(`${what} must be a ${whole ? 'whole ' : ''}number ${range}, not ${shown(given)}`, site)
}
