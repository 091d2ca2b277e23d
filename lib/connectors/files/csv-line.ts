/** Writes cells in the forms that readCsv reads. */
import { MillraceError } from '../../errors.ts'
import { visible } from './bad-row.ts'

/** How text is quoted for one delimiter. */
export type Quote = (text: string) => string

export const quoteFor = (delimiter: string): Quote => {
  const special = new RegExp(`[${delimiter.replace(/[\\\]^-]/, '\\$&')}"\\r\\n]|^[\\s\\uFEFF]|\\s$|^$`)
  return (text) => (special.test(text) ? `"${text.replaceAll('"', '""')}"` : text)
}

/**
 * One cell: null and undefined are empty, an empty string is `""`, bytes are base64.
 * @throws SINK_FAILED for what has no form in a cell
 */
export const cellOf = (value: unknown, column: string, quote: Quote): string => {
  switch (typeof value) {
    case 'string':
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
}

const unwritable = (column: string, what: string): MillraceError =>
  new MillraceError('SINK_FAILED', `column '${visible(column)}' has ${what}`, {
    next: 'Say how it is written: writeCsv(path, { name: (record) => cell }).',
  })
