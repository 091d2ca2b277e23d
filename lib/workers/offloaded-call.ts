/** Calls of an offloaded function: records in, outcomes out, both as bytes, so that what crosses is plain data wherever it is called. */
import { MillraceError } from '../errors.ts'
import type { CallOutcome, OffloadedFunction } from '../env/offloader.ts'
import { decodeValue, encodeValue } from '../state/codec.ts'
import { describeError } from '../supervision/describe-error.ts'

export type Offloaded = (record: unknown) => unknown

/** An outcome on its way. 'refused': what the function returned is not plain data. */
type Sent =
  | { readonly type: 'value'; readonly value: unknown }
  | { readonly type: 'thrown'; readonly name: string; readonly code: string; readonly message: string; readonly stack: string }
  | { readonly type: 'refused'; readonly what: string }

/** `exists`: whether there is a file at that URL. */
export const checkModule = ({ module, name }: OffloadedFunction, exists: (url: string) => boolean): void => {
  if (!exists(module)) throw new MillraceError('OPTION_INVALID', `there is no module ${module}, which is to export '${name}'`, { next: 'Give its place as new URL(…, import.meta.url).' })
}

/** What a module exports under that name, or why it cannot be called. */
export type Found = { readonly fn: Offloaded } | { readonly what: string; readonly next: string }

export const functionIn = (exported: Readonly<Record<string, unknown>>, module: string, name: string): Found => {
  const fn = exported[name]
  if (typeof fn === 'function') return { fn: fn as Offloaded }
  const functions = Object.keys(exported).filter((key) => typeof exported[key] === 'function')
  const what = name in exported ? `what ${module} exports as '${name}' is not a function` : `${module} exports no '${name}'`
  return { what, next: functions.length === 0 ? `Export it: export const ${name} = (record) => …` : `Its functions are: ${functions.join(', ')}.` }
}

export const notLoaded = (error: unknown, module: string): Found => ({
  what: `${module} cannot be loaded: ${describeError(error).message}`,
  next: 'Mend the module; it is loaded by itself, in each thread that calls its function.',
})

/** The records as one piece. Those that are not plain data are left out, and `refused` is told of each. */
export const encodeRecords = <T extends { readonly record: unknown }>(items: readonly T[], refused: (item: T, error: unknown) => void): { readonly items: readonly T[]; readonly bytes: Uint8Array<ArrayBuffer> } => {
  try {
    return { items, bytes: encodeValue(items.map(({ record }) => record)) }
  } catch {
    const kept = items.filter((item) => {
      try {
        encodeValue(item.record)
        return true
      } catch (error) {
        refused(item, error)
        return false
      }
    })
    return { items: kept, bytes: encodeValue(kept.map(({ record }) => record)) }
  }
}

/** Calls the function with each record in turn; `begins` is told before each. */
export const callEach = async (fn: Offloaded, bytes: Uint8Array, begins: () => void): Promise<Uint8Array<ArrayBuffer>> => {
  const outcomes: Sent[] = []
  for (const record of decodeValue(bytes) as readonly unknown[]) {
    begins()
    try {
      const value = fn(record)
      outcomes.push({ type: 'value', value: isThenable(value) ? await value : value })
    } catch (error) {
      const { code, message, stack } = describeError(error)
      outcomes.push({ type: 'thrown', name: error instanceof Error ? error.name : 'Error', code, message, stack })
    }
  }
  return encodeOutcomes(outcomes)
}

const isThenable = (value: unknown): value is PromiseLike<unknown> => typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'

const encodeOutcomes = (outcomes: readonly Sent[]): Uint8Array<ArrayBuffer> => {
  try {
    return encodeValue(outcomes)
  } catch {
    return encodeValue(outcomes.map(plain))
  }
}

const plain = (outcome: Sent): Sent => {
  try {
    encodeValue(outcome.type === 'value' ? outcome.value : outcome)
    return outcome
  } catch (error) {
    return { type: 'refused', what: error instanceof MillraceError ? error.what : describeError(error).message }
  }
}

export const decodeOutcomes = (bytes: Uint8Array, name: string): CallOutcome[] =>
  (decodeValue(bytes) as readonly Sent[]).map((sent) => {
    switch (sent.type) {
      case 'value':
        return sent
      case 'refused':
        return { type: 'failed', error: new MillraceError('VALUE_NOT_TRANSFERABLE', `in what '${name}' returned: ${sent.what}`) }
      case 'thrown': {
        const error = new Error(sent.message)
        error.name = sent.name
        error.stack = sent.stack
        return { type: 'failed', error: sent.code === 'OPERATOR_FAILED' ? error : Object.assign(error, { code: sent.code }) }
      }
    }
  })

export const refusedRecord = (error: unknown, name: string): CallOutcome => ({
  type: 'failed',
  error: error instanceof MillraceError ? new MillraceError(error.code, `in what '${name}' was to be called with: ${error.what}`) : error,
})

export const unfit = ({ what, next }: Exclude<Found, { fn: Offloaded }>): CallOutcome => ({ type: 'unfit', error: new MillraceError('OPTION_INVALID', what, { next }) })
