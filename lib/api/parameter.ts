/**
 * Parameters: values that a run is given by name. A connector takes one in place of a value; a stage's function reads `.value`.
 *
 * `parameter()` enters the name in a list of the process, by which names nobody asks for are refused. Those a connector uses are checked
 * before anything opens; one that only functions read is checked when it is first read, and fails the job instead of the record.
 */
import type { StandardSchemaV1 } from '@standard-schema/spec'
import { MillraceError } from '../errors.ts'
import { callSite } from './call-site.ts'
import { didYouMean } from './closest-name.ts'
import { checkNames, invalid, shown } from './option-checks.ts'
import { isId } from './topology.ts'

export interface Parameter<T> {
  readonly name: string
  /**
   * The value in the job whose step is running.
   * @throws OPTION_INVALID where the job was given none, or one of another type, and outside a job
   */
  readonly value: T
}

export type ParameterType = 'INT' | 'DOUBLE' | 'STRING' | 'BOOLEAN' | StandardSchemaV1

interface ParameterTypes {
  readonly INT: number
  readonly DOUBLE: number
  readonly STRING: string
  readonly BOOLEAN: boolean
}

export type ParameterValue<P extends ParameterType> = P extends keyof ParameterTypes
  ? ParameterTypes[P]
  : P extends StandardSchemaV1
    ? StandardSchemaV1.InferOutput<P>
    : never

/** What a job was given, and what has been read of it. */
export interface ParameterValues {
  readonly given: Readonly<Record<string, unknown>>
  /** Checked values; of a schema's, what it made of the value. */
  readonly read: Map<object, unknown>
}

interface Declared {
  readonly name: string
  readonly type: ParameterType
  readonly fallback: { readonly value: unknown } | null
  readonly site: string
}

const declarations = new WeakMap<object, Declared>()
/** By name; of several the last. */
const declaredNames = new Map<string, Declared>()
const uses = new WeakMap<object, readonly object[]>()
const failures = new WeakSet<object>()
let current: ParameterValues | null = null

/**
 * A value that each run is given: `run(topology, { parameters: { limit: 10 } })`, or `-p limit=10`. INT is a whole number of 32 bits; a
 * Standard Schema (Zod, Valibot, ArkType …) says anything else. Without `default` a run must give it.
 *
 * @example
 * const limit = parameter('limit', 'INT', { default: 100 })
 * from(orders).pipe(filter((order) => order.cents >= limit.value))
 * @throws OPTION_INVALID for a name that does not match [A-Za-z0-9_-]{1,64}, a type that is none, or a default of another type
 */
export const parameter = <const P extends ParameterType>(
  name: string,
  type: P,
  options: { readonly default?: ParameterValue<P> } = {},
): Parameter<ParameterValue<P>> => {
  const site = callSite()
  if (!isId(name)) throw invalid(`the name of a parameter must match [A-Za-z0-9_-]{1,64}, not ${shown(name)}`, site)
  if (!isType(type)) throw invalid(`parameter '${name}' has no type`, site, 'Pass INT, DOUBLE, STRING, BOOLEAN or a Standard Schema.')
  checkNames('parameter', options, ['default'], site)
  const fallback = options.default === undefined ? null : { value: options.default as unknown }
  const declared: Declared = { name, type, fallback, site }
  if (fallback !== null && typeof type === 'string') {
    const fault = faultOf(declared, fallback.value)
    if (fault !== null) throw invalid(`the default of parameter ${fault}`, site)
  }
  const reference = {
    name,
    get value() {
      return valueOf(reference, declared) as ParameterValue<P>
    },
  }
  declarations.set(reference, declared)
  declaredNames.set(name, declared)
  return reference
}

/** The value itself, or that of the parameter in the job whose step is running. */
export const resolveParameter = <T>(valueOrParameter: T | Parameter<T>): T => {
  const declared = declaredBy(valueOrParameter)
  return declared === undefined ? (valueOrParameter as T) : (valueOf(valueOrParameter as object, declared) as T)
}

/** Notes which of the options of a connector are parameters, so that they are checked before it opens. Returns the connector. */
export const usingParameters = <C extends object>(connector: C, ...options: readonly unknown[]): C => {
  const used = options.filter((option): option is object => declaredBy(option) !== undefined)
  if (used.length > 0) uses.set(connector, used)
  return connector
}

/**
 * What a run was given, checked: every name is one that `parameter` was called with, and every parameter that one of `connectors` uses
 * has a value of its type.
 * @throws OPTION_INVALID naming each fault
 */
export const checkParameters = (given: Readonly<Record<string, unknown>>, connectors: Iterable<object> = []): ParameterValues => {
  const values: ParameterValues = { given: { ...given }, read: new Map() }
  const faults: string[] = []
  const sites: string[] = []
  for (const name of Object.keys(given)) if (!declaredNames.has(name)) faults.push(`'${name}' is no parameter of this job${didYouMean(name, declaredNames.keys())}`)
  const used = new Set<object>()
  for (const connector of connectors) for (const reference of uses.get(connector) ?? []) used.add(reference)
  for (const reference of used) {
    const declared = declarations.get(reference)!
    const fault = read(values, reference, declared)
    if (fault === null) continue
    faults.push(fault)
    sites.push(declared.site)
  }
  if (faults.length === 0) return values
  const known = [...declaredNames.keys()].join(', ')
  throw new MillraceError('OPTION_INVALID', faults.join('; '), {
    site: faults.length === 1 ? sites[0] : undefined,
    next: known === '' ? 'This job has no parameters.' : `Parameters: ${known}. Give them as parameters: { name: value } or -p name=value.`,
  })
}

/** Values of a command line, turned from text into what the parameters of those names expect. What cannot be turned stays as it is. */
export const parametersFromText = (texts: Readonly<Record<string, string>>): Record<string, unknown> => {
  const values: Record<string, unknown> = {}
  for (const [name, text] of Object.entries(texts)) values[name] = fromText(declaredNames.get(name)?.type, text)
  return values
}

/** Makes `values` those that `.value` reads, until the next call; returns the former ones, to be put back. */
export const enterParameters = (values: ParameterValues | null): ParameterValues | null => {
  const before = current
  current = values
  return before
}

/** Runs steps in which `.value` reads these. */
export const entering =
  (values: () => ParameterValues | null) =>
  <T>(step: () => T): T => {
    const before = enterParameters(values())
    try {
      return step()
    } finally {
      enterParameters(before)
    }
  }

/** Whether this was thrown by `.value`: it concerns the job, not the record in hand. */
export const isParameterFailure = (error: unknown): boolean => typeof error === 'object' && error !== null && failures.has(error)

const declaredBy = (value: unknown): Declared | undefined =>
  typeof value === 'object' && value !== null ? declarations.get(value) : undefined

const valueOf = (reference: object, declared: Declared): unknown => {
  const values = current
  if (values === null)
    throw failure(`parameter '${declared.name}' was read outside a running job`, declared, "Read .value inside a stage's function.")
  if (!values.read.has(reference)) {
    const fault = read(values, reference, declared)
    if (fault !== null) throw failure(fault, declared, `Give it as parameters: { ${declared.name}: value } or -p ${declared.name}=value.`)
  }
  return values.read.get(reference)
}

const failure = (what: string, { site }: Declared, next: string): MillraceError => {
  const error = new MillraceError('OPTION_INVALID', what, { site, next })
  failures.add(error)
  return error
}

/** Reads a parameter into `values.read`, or says what is wrong. */
const read = (values: ParameterValues, reference: object, declared: Declared): string | null => {
  const { name, type, fallback } = declared
  const isGiven = Object.hasOwn(values.given, name) && values.given[name] !== undefined
  if (!isGiven && fallback === null) return `'${name}' (${typeText(type)}) is missing`
  const value = isGiven ? values.given[name] : fallback!.value
  if (typeof type !== 'string') return readSchema(values, reference, name, type, value)
  const fault = faultOf(declared, value)
  if (fault === null) values.read.set(reference, value)
  return fault
}

const readSchema = (values: ParameterValues, reference: object, name: string, schema: StandardSchemaV1, value: unknown): string | null => {
  const result = schema['~standard'].validate(value)
  if (result instanceof Promise) return `'${name}' has a schema that answers with a promise; a parameter needs one that answers at once`
  if (result.issues) return `'${name}': ${result.issues.map((issue) => issue.message).join(', ')}`
  values.read.set(reference, result.value)
  return null
}

const faultOf = ({ name, type }: Declared, value: unknown): string | null =>
  typeof type !== 'string' || fits[type](value) ? null : `'${name}' must be ${typeText(type)}, not ${shown(value)}`

const fits: Record<keyof ParameterTypes, (value: unknown) => boolean> = {
  INT: (value) => typeof value === 'number' && (value | 0) === value,
  DOUBLE: (value) => typeof value === 'number' && Number.isFinite(value),
  STRING: (value) => typeof value === 'string',
  BOOLEAN: (value) => typeof value === 'boolean',
}

const isType = (type: unknown): type is ParameterType =>
  typeof type === 'string'
    ? Object.hasOwn(fits, type)
    : type !== null && (typeof type === 'object' || typeof type === 'function') && '~standard' in type

const typeText = (type: ParameterType): string => (typeof type === 'string' ? type : 'by its schema')

const fromText = (type: ParameterType | undefined, text: string): unknown => {
  if (type === 'BOOLEAN') return text === 'true' ? true : text === 'false' ? false : text
  if (type !== 'INT' && type !== 'DOUBLE') return text
  return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text
}
