/** Writes cells in the forms that readCsv reads. */
import { MillraceError } from '../../errors.ts'
import { visible } from './bad-row.ts'

export interface CellForm {
  /** Text as a cell, in quotes where it needs them; an empty one always. */
  quote(text: string): string
  /**
   * One cell: null and undefined are empty, an empty string is `""`, bytes are base64.
   * @throws SINK_FAILED for what has no form in a cell
   */
  cellOf(value: unknown, column: string): string
}

const [quoteMark, lineFeed, carriageReturn, space] = [34, 10, 13, 32] as const
/** A longer text is searched by a regular expression. */
const shortMax = 48

/** How cells are written between delimiters of one ASCII character. */
export const cellForm = (delimiter: string): CellForm => {
  const special = new RegExp(`[${delimiter.replace(/[\\\]^-]/, '\\$&')}"\\r\\n]|^[\\s\\uFEFF]|\\s$|^$`)
  const comma = delimiter.charCodeAt(0)

  /** True: it needs no quotes. False: perhaps. */
  const isPlain = (text: string): boolean => {
    const last = text.length - 1
    if (last < 0 || last >= shortMax || text.charCodeAt(0) <= space || text.charCodeAt(last) <= space) return false
    for (let i = 0; i <= last; i++) {
      const code = text.charCodeAt(i)
      if (code === comma || code === quoteMark || code === lineFeed || code === carriageReturn || code > 126) return false
    }
    return true
  }
  const quote = (text: string): string => (isPlain(text) || !special.test(text) ? text : `"${text.replaceAll('"', '""')}"`)

  return {
    quote,
    cellOf(value, column) {
      switch (typeof value) {
        case 'string':
          if (isPlain(value)) return value
          if (!value.isWellFormed()) throw unwritable(column, 'text with half a surrogate pair, which no file can hold')
          return quote(value)
        case 'number':
        case 'bigint':
        case 'boolean':
          return String(value)
        case 'undefined':
          return ''
        case 'object':
          if (value === null) return ''
          if (value instanceof Uint8Array) return quote(Buffer.from(value.buffer, value.byteOffset, value.length).toString('base64'))
          throw unwritable(column, 'a nested value')
        case 'function':
        case 'symbol':
          throw unwritable(column, `a ${typeof value}`)
      }
    },
  }
}

const unwritable = (column: string, what: string): MillraceError =>
  new MillraceError('SINK_FAILED', `column '${visible(column)}' has ${what}`, {
    next: 'Say how it is written: writeCsv(path, { name: (record) => cell }).',
  })
