/** A row that cannot be read: what `poll` gives in its place, and the error that `admit` makes of it. */
import { MillraceError } from '../../errors.ts'

/** Plain data, as dead letters are stored. Its name has a space, which no column's has. */
export interface BadRow {
  readonly 'bad row': string
  readonly file: string
  /** From 1, of the row's first line. */
  readonly line: number
  /** Character in the row, from 1. */
  readonly at: number
  readonly column: string | null
  /** The row's first 200 characters. */
  readonly text: string
}

export const textMax = 200

export const isBadRow = (raw: unknown): raw is BadRow => typeof raw === 'object' && raw !== null && 'bad row' in raw

/** What stands in a file at some place, cut short, without the line end. */
export const excerpt = (bytes: Buffer, from: number, to: number): string => {
  const text = bytes.toString('utf8', from, Math.min(to, from + 4 * textMax))
  const line = text.replace(/\r?\n$/, '')
  return line.length > textMax ? `${line.slice(0, textMax - 1)}…` : line
}

/** As a text counts them: an emoji is two. */
export const charactersIn = (bytes: Buffer, from: number, to: number): number => (to > from ? bytes.toString('utf8', from, to).length : 0)

/** Index of the first byte that is not UTF-8; there must be one. */
export const placeOfBadUtf8 = (bytes: Buffer, from: number, to: number): number => {
  let at = from
  for (const character of bytes.toString('utf8', from, to)) {
    const isReplaced = character === '\uFFFD' && !(bytes[at] === 0xef && bytes[at + 1] === 0xbf && bytes[at + 2] === 0xbd)
    if (isReplaced) break
    at += Buffer.byteLength(character)
  }
  return at
}

/** Text on one line: what would break it is written as an escape. */
export const visible = (text: string): string =>
  text.replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, (character) => JSON.stringify(character).slice(1, -1))

/** ROW_INVALID with file, line, column and text. */
export const badRowError = (row: BadRow, cause?: unknown): MillraceError => {
  const column = row.column === null ? '' : `column '${row.column}': `
  const what = `${row.file}:${row.line}:${row.at}: ${column}${row['bad row']}: ${visible(row.text)}`
  return new MillraceError('ROW_INVALID', what, cause === undefined ? {} : { cause })
}

/** The `admit` of a source whose rows need nothing but this. */
export const admitRow = <T>(raw: T | BadRow): T => {
  if (isBadRow(raw)) throw badRowError(raw)
  return raw
}
