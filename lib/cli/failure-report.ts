/** A failure in words: what happened, the lines of source it concerns, and what to do next. */
import type { SourcePlace } from '../api/call-site.ts'
import { hasCode } from '../errors.ts'
import { ModuleFailure } from './module-failure.ts'
import type { Paint } from './output.ts'
import { framesText, placesIn } from './source-frames.ts'
import { UsageError } from './usage-error.ts'

const CAUSES_MAX = 5

/** Errors of Millrace say what to do next; whole stacks come on demand (MILLRACE_DEBUG), as they are mostly of the engine. */
export const failureReport = (error: unknown, paint: Paint, debug = false): string => {
  const head = headOf(error)
  const causes = causesOf(error)
  const told = error instanceof ModuleFailure ? [] : causes.filter((cause) => !head.includes(hasCode(cause) ? cause.what : messageOf(cause)))
  const lines = [
    coloured(head, error, paint),
    ...told.map((cause) => `  caused by ${nameOf(cause)}: ${messageOf(cause)}`),
    ...framesText(placesOf(error, causes, head), paint),
    ...(nextOf(error) === '' ? [] : [`  ${nextOf(error)}`]),
    ...(debug ? [error, ...causes].flatMap((each) => (each instanceof Error && each.stack !== undefined ? ['', each.stack] : [])) : []),
  ]
  return lines.join('\n').trimEnd()
}

const placesOf = (error: unknown, causes: readonly unknown[], head: string): SourcePlace[] => {
  if (error instanceof ModuleFailure) return error.place === undefined ? [] : [error.place]
  if (error instanceof UsageError) return []
  const places = placesIn(head, causes.toReversed().flatMap(stackOf))
  return places.length > 0 ? places : placesIn('', stackOf(error))
}

const stackOf = (error: unknown): string[] => (error instanceof Error && typeof error.stack === 'string' ? [error.stack] : [])

/** What an error was caused by, outermost first. */
const causesOf = (error: unknown): unknown[] => {
  const causes: unknown[] = []
  let cause = error instanceof Error ? error.cause : undefined
  while (cause !== undefined && cause !== null && causes.length < CAUSES_MAX) {
    causes.push(cause)
    cause = cause instanceof Error ? cause.cause : undefined
  }
  return causes
}

const nextOf = (error: unknown): string => {
  if (error instanceof ModuleFailure || error instanceof UsageError) return error.next
  return hasCode(error) && typeof error.next === 'string' ? error.next : ''
}

/** The message without its advice. */
const headOf = (error: unknown): string => {
  if (error instanceof ModuleFailure || error instanceof UsageError) return `error: ${error.message}`
  const text = messageOf(error)
  if (!hasCode(error)) return `${nameOf(error)}: ${text}`
  const advice = `\n  ${nextOf(error)}`
  return text.endsWith(advice) ? text.slice(0, -advice.length) : text
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
const nameOf = (error: unknown): string => (error instanceof Error ? error.name : 'thrown')

const coloured = (head: string, error: unknown, paint: Paint): string => {
  const code = hasCode(error) ? error.code : head.slice(0, head.indexOf(':'))
  return head.startsWith(`${code}:`) ? `${paint(['bold', 'red'], `${code}:`)}${head.slice(code.length + 1)}` : head
}
