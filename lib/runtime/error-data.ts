/** Errors as data: a posted error loses its class, name and code. */
import { MillraceError } from '../errors.ts'
import type { ErrorCode } from '../errors.ts'
import { describeError } from '../supervision/describe-error.ts'

export type ErrorData =
  | {
      readonly type: 'millrace'
      readonly code: ErrorCode
      readonly what: string
      readonly next: string | undefined
      readonly operatorId: string | undefined
      readonly site: string | undefined
      readonly record: string | undefined
      readonly stack: string
      readonly cause: ErrorData | null
    }
  | { readonly type: 'other'; readonly name: string; readonly code: string; readonly message: string; readonly stack: string }

/** Causes of causes are followed this far. */
const DEPTH_MAX = 4

export const errorData = (thrown: unknown, depth = 0): ErrorData => {
  const { code, message, stack } = describeError(thrown)
  if (!(thrown instanceof MillraceError)) return { type: 'other', name: thrown instanceof Error ? thrown.name : 'Error', code, message, stack }
  const { what, next, operatorId, site, record, cause } = thrown
  return { type: 'millrace', code: thrown.code, what, next, operatorId, site, record, stack, cause: cause === undefined || depth === DEPTH_MAX ? null : errorData(cause, depth + 1) }
}

export const errorFrom = (data: ErrorData): Error => {
  if (data.type === 'millrace') {
    const { code, what, next, operatorId, site, record, stack, cause } = data
    const error = new MillraceError(code, what, { next, operatorId, site, record, ...(cause === null ? {} : { cause: errorFrom(cause) }) })
    error.stack = stack
    return error
  }
  const error = new Error(data.message)
  error.name = data.name
  error.stack = data.stack
  return data.code === 'OPERATOR_FAILED' ? error : Object.assign(error, { code: data.code })
}
