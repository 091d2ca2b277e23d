/** The first line of a CSV file: which column stands where. */
import { MillraceError } from '../../errors.ts'
import { excerpt, visible } from './bad-row.ts'
import { CsvCutter, escaped } from './csv-cutter.ts'
import type { CsvShape, Layout } from './csv-rows.ts'
import type { FileWindow } from './file-window.ts'
import { readRow } from './line-reader.ts'

const columnsMax = 10_000

/**
 * Reads the header; the file's columns may stand in another order than the schema's, and be more. null: the file is empty.
 * @throws SCHEMA_INVALID when it is none, or a column of the schema is not in it exactly once
 */
export const readHeader = async (
  window: FileWindow,
  { path, delimiter, columns }: CsvShape,
  lengthMax: number,
): Promise<(Layout & { readonly lineEnds: number }) | null> => {
  const cutter = new CsvCutter(delimiter, columnsMax)
  const row = await readRow(window, cutter.cut, lengthMax)
  if (row === undefined) return null
  const refuse = (what: string): never => {
    throw new MillraceError('SCHEMA_INVALID', `${path} ${what}; its first line is: ${visible(excerpt(window.bytes, row.from, row.end))}`, {
      next: 'Write the names of its first line in the schema, or pass { header: false } where the first line is a row already.',
    })
  }
  if (!row.isWhole) refuse(`has a first line longer than ${lengthMax} bytes`)
  if (cutter.flaw !== null) refuse(`has a first line that is no header: ${cutter.flaw}`)
  if (cutter.cells > columnsMax) refuse(`has ${cutter.cells} columns, and no more than ${columnsMax} can be read`)
  const names = Array.from({ length: cutter.cells }, (_, i) => textOf(cutter, window.bytes, i).trim())
  const missing = columns.find(({ name }) => !names.includes(name))
  if (missing !== undefined) refuse(`has no column '${missing.name}'`)
  const double = columns.find(({ name }) => names.indexOf(name) !== names.lastIndexOf(name))
  if (double !== undefined) refuse(`has the column '${double.name}' twice`)
  window.from = row.end
  return { places: columns.map(({ name }) => names.indexOf(name)), width: cutter.cells, lineEnds: cutter.lineEnds }
}

const textOf = (cutter: CsvCutter, bytes: Buffer, cell: number): string => {
  const text = bytes.toString('utf8', cutter.starts[cell], cutter.ends[cell])
  return cutter.kinds[cell] === escaped ? text.replaceAll('""', '"') : text
}
