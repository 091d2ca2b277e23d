/** The first dead letter of each stage, told in full: a function that fails for every record must not end in a bare count. */
import { inspect } from 'node:util'
import type { DeadLetter } from '../runtime/job-handle.ts'
import type { Paint } from './output.ts'
import { framesText, placesIn } from './source-frames.ts'

/** UTF-16 units of a record; more is cut. */
const RECORD_WIDTH = 200

/** Null for what the counts of the summary are enough for: late records, and further ones of the same stage and code. */
export const deadLetterReporter = (paint: Paint): ((letter: DeadLetter) => string | null) => {
  const told = new Set<string>()
  return (letter) => {
    const { error, reason } = letter
    const kind = `${error.operatorId} ${error.code}`
    if (reason === 'late' || told.has(kind)) return null
    told.add(kind)
    return report(letter, paint)
  }
}

const report = (letter: DeadLetter, paint: Paint): string => {
  const { error, attempt, record } = letter
  const head = headOf(letter)
  return [
    `${paint('yellow', 'dead letter')}${attempt > 1 ? ` after ${attempt} calls` : ''}: ${head}`,
    ...framesText(placesIn(head, [error.stack]), paint),
    `  The record: ${shownRecord(record)}`,
    `  The job goes on without it. Further ones of '${error.operatorId}' are only counted.`,
  ].join('\n')
}

/** One line with its place: `TypeError: … (in 'cents', record 3 of 'orders/0')`. An error of Millrace says it itself. */
const headOf = ({ error: { code, message, stack, operatorId }, position }: DeadLetter): string => {
  const [line = ''] = message.split('\n')
  if (line.startsWith(`${code}:`)) return line
  const [first = ''] = stack.split('\n')
  const what = code !== 'OPERATOR_FAILED' ? `${code}: ${line}` : first.endsWith(`: ${line}`) ? first : line
  return `${what} (in '${operatorId}'${position === null ? '' : `, ${position}`})`
}

const shownRecord = (record: unknown): string => {
  const text = inspect(record, { depth: 3, breakLength: Infinity, compact: true, maxStringLength: RECORD_WIDTH, maxArrayLength: 10 })
  return text.length <= RECORD_WIDTH ? text : `${text.slice(0, RECORD_WIDTH)}…`
}
