/** Rows that end at a line feed and nowhere else. */
import { isUtf8 } from 'node:buffer'
import { charactersIn, excerpt, placeOfBadUtf8, type BadRow } from './bad-row.ts'
import type { RowCutter } from './line-reader.ts'

const [lineFeed, carriageReturn] = [10, 13] as const
/** Bytes of a line that are looked at one by one; what is longer is searched as a whole. */
const nearBytes = 128

/** Cuts lines; `rowOf` makes a row of a line's text, undefined where a line is none. */
export const plainLines = <T>(path: string, rowOf: (text: string, line: number) => T | undefined): RowCutter<T> => {
  let lineEnds = 0
  /** Surely: no byte of the line last cut is above 127. */
  let isAscii = false
  const endOf = (bytes: Buffer, from: number, to: number, last: boolean): number => {
    const near = Math.min(to, from + nearBytes)
    let seen = 0
    let at = from
    for (let byte; at < near && (byte = bytes[at]!) !== lineFeed; at++) seen |= byte
    isAscii = at < near && seen < 128
    if (at === near) at = at < to ? bytes.indexOf(lineFeed, at) : -1
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
      if (isAscii) return rowOf(bytes.toString('latin1', from, stop), line)
      const text = bytes.toString('utf8', from, stop)
      // Only a text with the replacement character may have lost something.
      if (text.includes('\uFFFD') && !isUtf8(bytes.subarray(from, stop))) {
        const at = charactersIn(bytes, from, placeOfBadUtf8(bytes, from, stop)) + 1
        return { 'bad row': 'the line is not UTF-8', file: path, line, at, column: null, text: excerpt(bytes, from, stop) }
      }
      return rowOf(text, line)
    },
    beginSkip() {
      lineEnds = 0
    },
    skip: endOf,
  }
}
