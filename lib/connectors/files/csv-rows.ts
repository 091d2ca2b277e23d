/** Rows of a CSV file as records of a schema. */
import { isUtf8 } from 'node:buffer'
import { charactersIn, excerpt, placeOfBadUtf8, visible, type BadRow } from './bad-row.ts'
import { cellReaderOf, notOfType, type CellReader } from './cell.ts'
import { CsvCutter, escaped, plain, unescape } from './csv-cutter.ts'
import type { RowCutter } from './line-reader.ts'
import { RecordMaker } from './record-maker.ts'
import type { Column } from './schema.ts'
import { SimpleRows } from './simple-rows.ts'
import type { TextTable } from './text-table.ts'

export interface CsvShape {
  readonly path: string
  readonly delimiter: string
  readonly columns: readonly Column[]
  /** Of all files of a source. */
  readonly texts: TextTable
}

/** Where each column's cell stands in a row, and how many cells a row has. */
export interface Layout {
  readonly places: readonly number[]
  readonly width: number
}

/** The layout without a header: the schema's own. */
export const layoutOfSchema = (columns: readonly Column[]): Layout => ({ places: columns.map((_, i) => i), width: columns.length })

/** Cuts rows into records; a row that does not fit the schema becomes a BadRow. */
export const csvRows = (shape: CsvShape, layout: Layout): RowCutter<Record<string, unknown>> => {
  const { path, delimiter, columns, texts } = shape
  const { places, width } = layout
  const readers: CellReader[] = columns.map((column) => cellReaderOf(column, texts))
  const maker = new RecordMaker(columns)
  const simple = new SimpleRows(shape, layout, readers, maker)
  // One cell more: where a surplus one begins is told.
  const cutter = new CsvCutter(delimiter, width + 1)
  let scratch = Buffer.alloc(0)

  /** `at`: the byte where it goes wrong. */
  const bad = (bytes: Buffer, from: number, end: number, line: number, reason: string, at: number, column: string | null): BadRow => ({
    'bad row': reason,
    file: path,
    line,
    at: charactersIn(bytes, from, at) + 1,
    column,
    text: excerpt(bytes, from, end),
  })

  const readEscaped = (bytes: Buffer, from: number, to: number, read: CellReader): unknown => {
    if (scratch.length < to - from) scratch = Buffer.allocUnsafe(to - from)
    return read(scratch, 0, unescape(bytes, from, to, scratch), cutter.isAscii)
  }

  const columnAt = (cell: number): string | null => columns[places.indexOf(cell)]?.name ?? null

  const cellAt = (byte: number): number => cutter.ends.findIndex((end, cell) => cell < width && byte <= end)

  /** The row's record, or the number of the first column that does not fit. */
  const readCells = (bytes: Buffer): Record<string, unknown> | number => {
    for (let i = 0; i < columns.length; i++) {
      const column = columns[i]!
      const cell = places[i]!
      const [start, end, kind] = [cutter.starts[cell]!, cutter.ends[cell]!, cutter.kinds[cell]!]
      if (start === end && kind === plain) {
        if (!column.nullable) return i
        maker.set(i, null)
        continue
      }
      const value = kind === escaped ? readEscaped(bytes, start, end, readers[i]!) : readers[i]!(bytes, start, end, cutter.isAscii)
      if (value === notOfType) return i
      maker.set(i, value)
    }
    return maker.make()
  }

  return {
    read: (bytes, from, to, rows, max) => simple.read(bytes, from, to, rows, max),
    cut: cutter.cut,
    get lineEnds() {
      return cutter.lineEnds
    },
    take(bytes, from, end, line) {
      const { cells, flaw, flawedCell } = cutter
      // In a file of one column a blank line is a null.
      if (cells === 1 && width > 1 && cutter.starts[0] === cutter.ends[0] && cutter.kinds[0] === plain) return undefined
      if (flaw !== null) return bad(bytes, from, end, line, flaw, cutter.starts[Math.min(flawedCell, width)]!, columnAt(flawedCell))
      if (cells !== width) {
        const at = cells > width ? cutter.starts[width]! : cutter.ends[cells - 1]!
        return bad(bytes, from, end, line, `${cells} ${cells === 1 ? 'cell' : 'cells'} where there are ${width} columns`, at, null)
      }
      if (!cutter.isAscii && !isUtf8(bytes.subarray(from, end))) {
        const at = placeOfBadUtf8(bytes, from, end)
        return bad(bytes, from, end, line, 'the row is not UTF-8', at, columnAt(cellAt(at)))
      }
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
      return bad(bytes, from, end, line, reason, start, name)
    },
    beginSkip: () => cutter.beginSkip(),
    skip: (bytes, from, to, last) => cutter.skip(bytes, from, to, last),
  }
}

const article = (type: string): string => (type === 'INT' ? 'an' : 'a')
