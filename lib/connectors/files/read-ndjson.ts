/** A source of the values of NDJSON files: one JSON value a line. */
import type { StandardSchemaV1 } from '@standard-schema/spec'
import type { SourceConnector } from '../../api/connector.ts'
import { MillraceError } from '../../errors.ts'
import type { Given } from '../options.ts'
import { badRowError, isBadRow, textMax } from './bad-row.ts'
import { fileSource, type FileSourceOptions } from './file-source.ts'
import type { FilePosition } from './line-reader.ts'
import { plainLines } from './plain-lines.ts'

/** A line as poll gives it: what it holds is read when it is admitted, since a schema runs the user's code. */
interface JsonLine {
  readonly text: string
  readonly file: string
  readonly line: number
}

/**
 * Values of an NDJSON file, or of each file that a glob names; blank lines are passed over. With a Standard Schema (zod, valibot,
 * arktype …), which must answer at once, the records are what it returns.
 * A line that is not JSON or does not fit is ROW_INVALID: to the dead letters, or with `onBadRow: 'fail'` the end of the job.
 * @throws OPTION_INVALID for an option that does not exist or fit, or a schema that answers with a promise
 * @example
 * const orders = source('orders', readNdjson('orders.ndjson', z.object({ id: z.number() })))
 */
export const readNdjson = <T = unknown>(
  path: Given<string>,
  schema?: StandardSchemaV1<unknown, T> | null,
  options: FileSourceOptions = {},
): SourceConnector<T, FilePosition> => {
  if (schema !== undefined && schema !== null && typeof (schema as Partial<StandardSchemaV1>)['~standard']?.validate !== 'function') {
    throw new MillraceError('OPTION_INVALID', 'readNdjson: the schema is not a Standard Schema', {
      next: 'Pass a schema of zod, valibot, arktype …, or undefined.',
    })
  }
  return fileSource<T, JsonLine>(path, {
    call: 'readNdjson',
    options,
    opening: (file) => () => ({
      cutter: plainLines(file, (text, line) => (isBlank(text) ? undefined : { text, file, line })),
      lineEnds: 0,
    }),
    admit(raw) {
      if (isBadRow(raw)) throw badRowError(raw)
      const value = parse(raw)
      return schema ? validated(schema, value, raw) : (value as T)
    },
  })
}

/** A line that begins with a visible character is settled at once. */
const isBlank = (text: string): boolean => !(text.charCodeAt(0) > 32) && /^\s*$/.test(text)

const parse = (line: JsonLine): unknown => {
  try {
    return JSON.parse(line.text)
  } catch (error) {
    const { message } = error as Error
    throw invalid(line, `the line is not JSON (${message})`, placeIn(line.text, message), null, error)
  }
}

/** Where JSON.parse says that it stopped, from 1; 1 where it does not say. */
const placeIn = (text: string, message: string): number => {
  if (message.includes('end of JSON input')) return text.length + 1
  return Number(/ at position (\d+)(?: \(line \d+ column \d+\))?$/.exec(message)?.[1] ?? 0) + 1
}

const validated = <T>(schema: StandardSchemaV1<unknown, T>, value: unknown, line: JsonLine): T => {
  const result = schema['~standard'].validate(value)
  if (result instanceof Promise) {
    throw new MillraceError('OPTION_INVALID', 'readNdjson: the schema answers with a promise', {
      next: 'Use a schema without asynchronous checks.',
    })
  }
  if (!result.issues) return result.value
  const [issue] = result.issues
  const path = issue?.path?.map((part) => String(typeof part === 'object' ? part.key : part)).join('.')
  throw invalid(line, issue?.message ?? 'the schema refuses it', 1, path || null)
}

const invalid = ({ text, file, line }: JsonLine, reason: string, at: number, column: string | null, cause?: unknown): MillraceError =>
  badRowError(
    { 'bad row': reason, file, line, at, column, text: text.length > textMax ? `${text.slice(0, textMax - 1)}…` : text },
    cause,
  )
