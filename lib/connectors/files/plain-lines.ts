/** Rows that end at a line feed and nowhere else. */
import { isUtf8 } from 'node:buffer'
import { excerpt, type BadRow } from './bad-row.ts'
import type { RowCutter } from './line-reader.ts'

const [lineFeed, carriageReturn] = [10, 13] as const

/** Cuts lines; `rowOf` makes a row of a line's text, undefined where a line is none. */
export const plainLines = <T>(path: string, rowOf: (text: string, line: number) => T | undefined): RowCutter<T> => {
  let lineEnds = 0
  const endOf = (bytes: Buffer, from: number, to: number, last: boolean): number => {
    const at = bytes.indexOf(lineFeed, from)
    const found = at >= 0 && at < to
    lineEnds = found ? 1 : 0
    return found ? at + 1 : last ? to : -1
  }
  return {
    cut: endOf,
    get lineEnds() {
      return lineEnds
    },
    take(bytes, from, end, line): T | BadRow | undefined {
      const withoutLf = lineEnds === 1 ? end - 1 : end
      const stop = lineEnds === 1 && withoutLf > from && bytes[withoutLf - 1] === carriageReturn ? withoutLf - 1 : withoutLf
      const text = bytes.toString('utf8', from, stop)
      // Only a text with the replacement character may have lost something.
      if (text.includes('\uFFFD') && !isUtf8(bytes.subarray(from, stop))) {
        return { 'bad row': 'the line is not UTF-8', file: path, line, at: 1, column: null, text: excerpt(bytes, from, stop) }
      }
      return rowOf(text, line)
    },
    beginSkip() {
      lineEnds = 0
    },
    skip: endOf,
  }
}
