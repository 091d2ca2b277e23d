/**
 * Reads rows in one pass over their bytes, as long as nothing about them is special: doubled quotes, line ends inside quotes, a cell too
 * many, a value of another type and the end of the bytes are left to the cutter, which takes one row and can say what is wrong with it.
 */
import { isUtf8 } from 'node:buffer'
import { notOfType, type CellReader } from './cell.ts'
import type { CsvShape, Layout } from './csv-rows.ts'
import type { RecordMaker } from './record-maker.ts'
import type { Column } from './schema.ts'
import { hashOn, hashStart, keptTextMax, type TextTable } from './text-table.ts'

const [quote, lineFeed, carriageReturn, zero] = [34, 10, 13, 48] as const

/** How a cell is read where it is simple. */
const [byReader, asText, asInt, asEpoch] = [0, 1, 2, 3] as const
const wayOf = ({ type }: Column): number =>
  type === 'STRING' ? asText : type === 'INT' ? asInt : type === 'TIMESTAMP' ? asEpoch : byReader

/** Digits that surely fit into 32 bits, and into a double. */
const [intDigitsMax, digitsMax] = [9, 15] as const
const powersOfTen = Array.from({ length: digitsMax }, (_, i) => 10 ** i)

export class SimpleRows {
  private readonly delimiter: number
  private readonly texts: TextTable
  private readonly maker: RecordMaker
  /** Of each cell of the file: its way, its column (−1: none), that column's reader, and whether it may be null. */
  private readonly ways: Uint8Array
  private readonly columns: Int32Array
  private readonly readers: (CellReader | null)[]
  private readonly nullable: Uint8Array

  constructor({ delimiter, columns, texts }: CsvShape, { places, width }: Layout, readers: readonly CellReader[], maker: RecordMaker) {
    this.delimiter = delimiter.charCodeAt(0)
    this.texts = texts
    this.maker = maker
    this.ways = new Uint8Array(width)
    this.columns = new Int32Array(width).fill(-1)
    this.readers = new Array<CellReader | null>(width).fill(null)
    this.nullable = new Uint8Array(width)
    columns.forEach((column, i) => {
      const cell = places[i]!
      this.ways[cell] = wayOf(column)
      this.columns[cell] = i
      this.readers[cell] = readers[i]!
      this.nullable[cell] = column.nullable ? 1 : 0
    })
  }

  /**
   * Adds rows until there are `max` or one is not simple; the index behind the last one. Each has one line end.
   * Overwrites `bytes[to]`, so that a row ends there at the latest.
   */
  read(bytes: Buffer, from: number, to: number, rows: unknown[], max: number): number {
    bytes[to] = lineFeed
    let at = from
    while (rows.length < max) {
      const end = this.readRow(bytes, at)
      if (end < 0 || end > to) break
      rows.push(this.maker.make())
      at = end
    }
    return at
  }

  /** Index behind the row's line feed; −1: it is not simple. */
  private readRow(bytes: Buffer, from: number): number {
    const { ways, columns, delimiter } = this
    const { values, numbers, isNumeric } = this.maker
    const last = ways.length - 1
    let at = from
    for (let cell = 0; cell <= last; cell++) {
      const separator = cell === last ? lineFeed : delimiter
      const way = ways[cell]!
      const start = at
      if (way >= asInt) {
        let value = 0
        let digit = bytes[at]! - zero
        while (digit >= 0 && digit <= 9) {
          value = (Math.imul(value, 10) + digit) | 0
          digit = bytes[++at]! - zero
          if (at - start === intDigitsMax) break
        }
        let number = value
        if (way === asEpoch && at - start === intDigitsMax) {
          let rest = 0
          while (digit >= 0 && digit <= 9 && at - start < digitsMax) {
            rest = (Math.imul(rest, 10) + digit) | 0
            digit = bytes[++at]! - zero
          }
          number = value * powersOfTen[at - start - intDigitsMax]! + rest
        }
        if (at > start && cell === last && bytes[at] === carriageReturn) at++
        if (at > start && bytes[at] === separator) {
          const column = columns[cell]!
          if (isNumeric[column]) numbers[column] = number
          else values[column] = number
          at++
          continue
        }
      } else if (way === asText && bytes[at] !== quote) {
        let seen = 0
        let hash = hashStart
        let byte = bytes[at]!
        while (byte !== delimiter && byte !== lineFeed) {
          seen |= byte
          hash = hashOn(hash, byte)
          byte = bytes[++at]!
        }
        const end = byte === lineFeed && at > start && bytes[at - 1] === carriageReturn ? at - 1 : at
        if (seen < 128 && end > start && byte === separator) {
          const isShort = end - start <= keptTextMax
          values[columns[cell]!] = isShort ? this.texts.find(bytes, start, end, true, hash) : bytes.toString('latin1', start, end)
          at++
          continue
        }
      }
      at = this.readCell(bytes, start, cell)
      if (at < 0 || bytes[at] !== separator) return -1
      at++
    }
    return at
  }

  /** Index of what parts the cell from the next; −1: it is not simple. */
  private readCell(bytes: Buffer, from: number, cell: number): number {
    const { delimiter } = this
    const isQuoted = bytes[from] === quote
    const start = isQuoted ? from + 1 : from
    let seen = 0
    let at = start
    let byte = bytes[at]!
    while (byte !== lineFeed && byte !== (isQuoted ? quote : delimiter)) {
      seen |= byte
      byte = bytes[++at]!
    }
    let end = at
    if (isQuoted) {
      if (byte === lineFeed) return -1
      if (bytes[++at] === carriageReturn && bytes[at + 1] === lineFeed) at++
    } else if (byte === lineFeed && at > start && bytes[at - 1] === carriageReturn) end--
    return this.take(bytes, start, end, cell, seen, isQuoted) ? at : -1
  }

  private take(bytes: Buffer, from: number, to: number, cell: number, seen: number, isQuoted: boolean): boolean {
    const reader = this.readers[cell]!
    if (reader === null) return seen < 128 || isUtf8(bytes.subarray(from, to))
    const isNull = from === to && !isQuoted
    if (isNull && this.nullable[cell] === 0) return false
    const value = isNull ? null : reader(bytes, from, to, seen < 128)
    // Only a text with the replacement character may have lost something.
    if (value === notOfType || (seen >= 128 && typeof value === 'string' && value.includes('\uFFFD'))) return false
    this.maker.set(this.columns[cell]!, value)
    return true
  }
}
