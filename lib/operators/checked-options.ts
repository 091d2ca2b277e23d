/** Checks of what a stage is given, made where the stage is written: an error names the option, the stage and the line. */
import type { StageOptions } from '../api/stage-options.ts'
import { isId } from '../api/topology.ts'
import { MillraceError } from '../errors.ts'

const stageOptionNames = ['id', 'name', 'supervision', 'parallelism', 'pure']

export const invalid = (what: string, site: string, next?: string): MillraceError => new MillraceError('OPTION_INVALID', what, { site, next })

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
    default:
      return String(value)
  }
}

/** Refuses names that are not known: a misspelt option would else do nothing, in silence. */
export const checkNames = (of: string, given: unknown, known: readonly string[], site: string): void => {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) throw invalid(`the options of ${of} must be an object, not ${shown(given)}`, site)
  const unknown = Object.keys(given).filter((name) => !known.includes(name))
  if (unknown.length === 0) return
  const names = unknown.map((name) => `'${name}'`).join(', ')
  throw invalid(`${of} has no option ${names} in this version`, site, `Options of ${of}: ${known.join(', ')}.`)
}

/** The options common to all stages, checked; `more` are the names of the stage's own. */
export const checkedOptions = <O extends StageOptions>(stage: string, given: O | undefined, site: string, more: readonly string[] = []): O => {
  if (given === undefined) return {} as O
  checkNames(stage, given, [...more, ...stageOptionNames], site)
  const { id, name, supervision, parallelism, pure } = given as { readonly [option in keyof StageOptions]: unknown }
  if (id !== undefined && !isId(id)) throw invalid(`the id of ${stage} must match [A-Za-z0-9_-]{1,64}, not ${shown(id)}`, site)
  if (name !== undefined && typeof name !== 'string') throw invalid(`the name of ${stage} must be a string, not ${shown(name)}`, site)
  if (supervision !== undefined && (typeof supervision !== 'object' || supervision === null || !('strategy' in supervision)))
    throw invalid(`the supervision of ${stage} must be a strategy, not ${shown(supervision)}`, site, 'Write { supervision: oneForOne({ … }) }.')
  if (parallelism !== undefined) checkParallelism(stage, parallelism, site)
  if (pure !== undefined && typeof pure !== 'boolean') throw invalid(`pure of ${stage} must be true or false, not ${shown(pure)}`, site)
  return given
}

export const checkParallelism = (stage: string, given: unknown, site: string): number => {
  if (typeof given === 'number' && Number.isSafeInteger(given) && given >= 1) return given
  throw invalid(`the parallelism of ${stage} must be a whole number of at least 1, not ${shown(given)}`, site)
}

export const checkFunction = (what: string, given: unknown, site: string): void => {
  if (typeof given !== 'function') throw invalid(`${what} must be a function, not ${shown(given)}`, site)
}

/** A whole number of at least 0: a count, or milliseconds. */
export const checkCount = (what: string, given: unknown, site: string): number => {
  if (typeof given === 'number' && Number.isSafeInteger(given) && given >= 0) return given
  throw invalid(`${what} must be a whole number of at least 0, not ${shown(given)}`, site)
}
