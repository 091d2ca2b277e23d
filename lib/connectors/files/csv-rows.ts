/** Rows of a CSV file as records of a schema. */
import { isUtf8 } from 'node:buffer'
import { MillraceError } from '../../errors.ts'
import { excerpt, visible, type BadRow } from './bad-row.ts'
import { cellReaderOf, notOfType, type CellReader } from './cell.ts'
import { CsvCutter, escaped, plain, unescape } from './csv-cutter.ts'
import type { FileWindow } from './file-window.ts'
import { readRow, type RowCutter } from './line-reader.ts'
import type { Column } from './schema.ts'

export interface CsvShape {
  readonly path: string
  readonly delimiter: string
  readonly columns: readonly Column[]
}

/** Where each column's cell stands in a row, and how many cells a row has. */
interface Layout {
  readonly places: readonly number[]
  readonly width: number
}

const columnsMax = 10_000

/** The layout without a header: the schema's own. */
export const layoutOfSchema = (columns: readonly Column[]): Layout => ({ places: columns.map((_, i) => i), width: columns.length })

/**
 * Reads the header; the file's columns may stand in another order than the schema's, and be more. null: the file is empty.
 * @throws SCHEMA_INVALID when the file lacks a column of the schema
 */
export const readHeader = async (
  window: FileWindow,
  { path, delimiter, columns }: CsvShape,
  lengthMax: number,
): Promise<(Layout & { readonly lineEnds: number }) | null> => {
  const cutter = new CsvCutter(delimiter, columnsMax)
  const row = await readRow(window, cutter.cut, lengthMax)
  if (row === undefined) return null
  const names = Array.from({ length: Math.min(cutter.cells, columnsMax) }, (_, i) => textOf(cutter, window.bytes, i).trim())
  const missing = columns.filter(({ name }) => !names.includes(name))
  if (missing.length > 0) {
    throw new MillraceError(
      'SCHEMA_INVALID',
      `${path} has no column '${missing[0]!.name}'; its first line is: ${visible(excerpt(window.bytes, row.from, row.end))}`,
      {
        next: 'Write the names of its first line in the schema, or pass { header: false } where the first line is a row already.',
      },
    )
  }
  window.from = row.end
  return { places: columns.map(({ name }) => names.indexOf(name)), width: cutter.cells, lineEnds: cutter.lineEnds }
}

const textOf = (cutter: CsvCutter, bytes: Buffer, cell: number): string => {
  const text = bytes.toString('utf8', cutter.starts[cell], cutter.ends[cell])
  return cutter.kinds[cell] === escaped ? text.replaceAll('""', '"') : text
}

/** Cuts rows into records; a row that does not fit the schema becomes a BadRow. */
export const csvRows = ({ path, delimiter, columns }: CsvShape, { places, width }: Layout): RowCutter<Record<string, unknown>> => {
  const cutter = new CsvCutter(delimiter, width)
  const readers: CellReader[] = columns.map(cellReaderOf)
  let scratch = Buffer.alloc(0)

  const bad = (bytes: Buffer, from: number, end: number, line: number, reason: string, cell: number, column: string | null): BadRow => ({
    'bad row': reason,
    file: path,
    line,
    at: cell < width ? bytes.toString('utf8', from, Math.max(from, cutter.starts[cell]!)).length + 1 : 1,
    column,
    text: excerpt(bytes, from, end),
  })

  const readEscaped = (bytes: Buffer, from: number, to: number, read: CellReader): unknown => {
    if (scratch.length < to - from) scratch = Buffer.allocUnsafe(to - from)
    return read(scratch, 0, unescape(bytes, from, to, scratch), cutter.isAscii)
  }

  const columnAt = (cell: number): string | null => columns[places.indexOf(cell)]?.name ?? null

  /** The row's records, or the number of the first column that does not fit. */
  const readCells = (bytes: Buffer): Record<string, unknown> | number => {
    const record: Record<string, unknown> = {}
    for (let i = 0; i < columns.length; i++) {
      const column = columns[i]!
      const cell = places[i]!
      const [start, end, kind] = [cutter.starts[cell]!, cutter.ends[cell]!, cutter.kinds[cell]!]
      if (start === end && kind === plain) {
        if (!column.nullable) return i
        record[column.name] = null
        continue
      }
      const value = kind === escaped ? readEscaped(bytes, start, end, readers[i]!) : readers[i]!(bytes, start, end, cutter.isAscii)
      if (value === notOfType) return i
      record[column.name] = value
    }
    return record
  }

  return {
    cut: cutter.cut,
    get lineEnds() {
      return cutter.lineEnds
    },
    take(bytes, from, end, line) {
      const { cells, flaw, flawedCell } = cutter
      // In a file of one column a blank line is a null.
      if (cells === 1 && width > 1 && cutter.starts[0] === cutter.ends[0] && cutter.kinds[0] === plain) return undefined
      if (flaw !== null) return bad(bytes, from, end, line, flaw, flawedCell, columnAt(flawedCell))
      if (cells !== width) return bad(bytes, from, end, line, `${cells} cells where there are ${width} columns`, width, null)
      if (!cutter.isAscii && !isUtf8(bytes.subarray(from, end))) return bad(bytes, from, end, line, 'the row is not UTF-8', width, null)
      const row = readCells(bytes)
      if (typeof row !== 'number') return row
      const cell = places[row]!
      const { name, type, digits, nullable } = columns[row]!
      const [start, stop] = [cutter.starts[cell]!, cutter.ends[cell]!]
      const wanted = digits ? `${type}(${digits.precision}, ${digits.scale})` : type
      const isNull = start === stop && cutter.kinds[cell] === plain && !nullable
      const reason = isNull
        ? 'an empty cell is null, and the column is NOT NULL'
        : `'${visible(excerpt(bytes, start, stop))}' is not ${article(wanted)} ${wanted}`
      return bad(bytes, from, end, line, reason, cell, name)
    },
    beginSkip: () => cutter.beginSkip(),
    skip: (bytes, from, to, last) => cutter.skip(bytes, from, to, last),
  }
}

const article = (type: string): string => (type === 'INT' ? 'an' : 'a')
