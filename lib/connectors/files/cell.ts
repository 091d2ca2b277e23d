/** Reads the bytes of one cell as a value of its column's type. */
import type { Column } from './schema.ts'
import type { TextTable } from './text-table.ts'
import { parseDate, parseInstant, parseTime } from './instant.ts'

/** What a cell gives that is not of its type; no cell's value is undefined. */
export const notOfType = undefined

/** `ascii`: no byte of the cell is above 127. The bytes may be overwritten afterwards. */
export type CellReader = (bytes: Buffer, from: number, to: number, ascii: boolean) => unknown

export const cellReaderOf = (column: Column, texts: TextTable): CellReader => {
  switch (column.type) {
    case 'STRING':
      return (bytes, from, to, ascii) => texts.read(bytes, from, to, ascii)
    case 'DECIMAL':
      return trimmed(decimalOf(column))
    case 'INT':
      return trimmed(int)
    case 'BIGINT':
      return trimmed(bigint)
    case 'DOUBLE':
      return trimmed(double)
    case 'BOOLEAN':
      return trimmed(boolean)
    case 'TIMESTAMP':
      return trimmed(timestamp)
    case 'DATE':
      return trimmed(date)
    case 'TIME':
      return trimmed(time)
    case 'BYTES':
      return trimmed(base64)
  }
}

const [space, minus, plus, point, zero, colon] = [32, 45, 43, 46, 48, 58] as const
const dayMs = 86_400_000
const timeMax = 8.64e15

/** Spaces around anything but a string mean nothing. */
const trimmed =
  (read: (bytes: Buffer, from: number, to: number) => unknown): CellReader =>
  (bytes, from, to) => {
    let start = from
    let end = to
    while (start < end && bytes[start] === space) start++
    while (end > start && bytes[end - 1] === space) end--
    return start === end && start < to ? notOfType : read(bytes, start, end)
  }

/** A whole number of up to 15 digits; NaN where the bytes are none. */
const whole = (bytes: Buffer, from: number, to: number): number => {
  const sign = bytes[from]
  const start = sign === minus || sign === plus ? from + 1 : from
  if (start === to || to - start > 15) return NaN
  let value = 0
  for (let i = start; i < to; i++) {
    const digit = bytes[i]! - zero
    if (!(digit >= 0 && digit <= 9)) return NaN
    value = value * 10 + digit
  }
  return sign === minus ? 0 - value : value
}

const int = (bytes: Buffer, from: number, to: number): unknown => {
  const value = whole(bytes, from, to)
  return value === (value | 0) ? value : notOfType
}

const bigint = (bytes: Buffer, from: number, to: number): unknown => {
  const short = whole(bytes, from, to)
  if (short === short) return BigInt(short)
  const written = bytes.toString('latin1', from, to)
  if (!/^[+-]?\d{16,40}$/.test(written)) return notOfType
  const value = BigInt(written.startsWith('+') ? written.slice(1) : written)
  return BigInt.asIntN(64, value) === value ? value : notOfType
}

const doubleText = /^(?:[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|NaN|[+-]?Infinity)$/
const powersOfTen = Array.from({ length: 16 }, (_, i) => 10 ** i)

/** Up to 15 digits: they as a whole number and the power of ten are both exact, so one division rounds right (Clinger, 1990). */
const double = (bytes: Buffer, from: number, to: number): unknown => {
  const sign = bytes[from]
  const start = sign === minus || sign === plus ? from + 1 : from
  let value = 0
  let pointAt = -1
  let i = to - start <= 16 && to > start ? start : to + 1
  for (; i < to; i++) {
    const digit = bytes[i]! - zero
    if (digit >= 0 && digit <= 9) value = value * 10 + digit
    else if (bytes[i] === point && pointAt < 0) pointAt = i
    else break
  }
  const count = to - start - (pointAt < 0 ? 0 : 1)
  if (i === to && count > 0 && count <= 15) {
    const magnitude = pointAt < 0 ? value : value / powersOfTen[to - pointAt - 1]!
    return sign === minus ? -magnitude : magnitude
  }
  return longDouble(bytes.toString('latin1', from, to))
}

const longDouble = (written: string): unknown => {
  if (!doubleText.test(written)) return notOfType
  const value = Number(written)
  return Number.isFinite(value) || /[fN]/.test(written) ? value : notOfType
}

const decimalOf = ({ digits }: Column): ((bytes: Buffer, from: number, to: number) => unknown) => {
  const [beforeMax, behindMax] = digits === null ? [Infinity, Infinity] : [digits.precision - digits.scale, digits.scale]
  return (bytes, from, to) => {
    const start = bytes[from] === minus || bytes[from] === plus ? from + 1 : from
    const pointAt = endOfDigits(bytes, start, to)
    const end = pointAt < to && bytes[pointAt] === point ? endOfDigits(bytes, pointAt + 1, to) : pointAt
    if (end !== to || pointAt === start || pointAt === to - 1) return notOfType
    let first = start
    while (first < pointAt && bytes[first] === zero) first++
    return pointAt - first <= beforeMax && to - pointAt - 1 <= behindMax ? bytes.toString('latin1', from, to) : notOfType
  }
}

const endOfDigits = (bytes: Buffer, from: number, to: number): number => {
  let at = from
  while (at < to && bytes[at]! >= zero && bytes[at]! <= zero + 9) at++
  return at
}

const boolean = (bytes: Buffer, from: number, to: number): unknown => {
  if (isWord(bytes, from, to, 'true')) return true
  return isWord(bytes, from, to, 'false') ? false : notOfType
}

/** In capitals or not. */
const isWord = (bytes: Buffer, from: number, to: number, word: string): boolean => {
  if (to - from !== word.length) return false
  for (let i = 0; i < word.length; i++) if ((bytes[from + i]! | 32) !== word.charCodeAt(i)) return false
  return true
}

const timestamp = (bytes: Buffer, from: number, to: number): unknown => {
  const isWritten = to - from >= 10 && bytes[from + 4] === minus
  const value = isWritten ? parseInstant(bytes, from, to) : epochMs(bytes, from, to)
  return Math.abs(value) <= timeMax ? value : notOfType
}

const date = (bytes: Buffer, from: number, to: number): unknown => {
  const isWritten = to - from >= 10 && bytes[from + 4] === minus
  const value = isWritten ? parseDate(bytes, from, to) : epochMs(bytes, from, to)
  return Math.abs(value) <= timeMax && value % dayMs === 0 ? value : notOfType
}

const epochMs = (bytes: Buffer, from: number, to: number): number => {
  if (to - from <= 15) return whole(bytes, from, to)
  const written = bytes.toString('latin1', from, to)
  return /^[+-]?\d{15,16}$/.test(written) ? Number(written) : NaN
}

const time = (bytes: Buffer, from: number, to: number): unknown => {
  const value = to - from >= 5 && bytes[from + 2] === colon ? parseTime(bytes, from, to) : whole(bytes, from, to)
  return value >= 0 && value < dayMs ? value : notOfType
}

const base64 = (bytes: Buffer, from: number, to: number): unknown => {
  const written = bytes.toString('latin1', from, to)
  if (written.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(written)) return notOfType
  return Uint8Array.from(Buffer.from(written, 'base64'))
}
