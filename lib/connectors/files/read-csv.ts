/** A source of the rows of CSV files. */
import type { SourceConnector } from '../../api/connector.ts'
import { setting, type Given } from '../options.ts'
import { admitRow } from './bad-row.ts'
import { readHeader } from './csv-header.ts'
import { csvRows, layoutOfSchema } from './csv-rows.ts'
import { delimiterWants, isDelimiter } from './delimiter.ts'
import { fileSource, type FileSourceOptions } from './file-source.ts'
import { rowBytesMax, type FilePosition } from './line-reader.ts'
import type { CheckedSchema, RowOf } from './row-of.ts'
import { parseSchema } from './schema.ts'
import { TextTable } from './text-table.ts'

export interface ReadCsvOptions extends FileSourceOptions {
  /** One ASCII character; `,` by default. */
  readonly delimiter?: Given<string>
  /** Whether the first line names the columns (default), in any order; without it they stand in the schema's order. */
  readonly header?: Given<boolean>
}

/**
 * Rows of a CSV file, or of each file that a glob names, as records of a schema text. An unquoted empty cell is null, a quoted one `''`.
 * A row that does not fit is ROW_INVALID with file, line, column and text: to the dead letters, or the end of the job (`onBadRow: 'fail'`).
 * A file that grows is read to the end it has when reading comes there; one that is cut meanwhile is SOURCE_FAILED.
 * @throws SCHEMA_INVALID when the schema cannot be read, or a column of it is not in a file's header exactly once
 * @throws OPTION_INVALID for an option that does not exist or fit
 * @example
 * const orders = source('orders', readCsv('orders.csv', 'id INT NOT NULL, item STRING NOT NULL, at TIMESTAMP NOT NULL'))
 */
export const readCsv = <const S extends string>(
  path: Given<string>,
  schema: CheckedSchema<S>,
  options: ReadCsvOptions = {},
): SourceConnector<RowOf<S>, FilePosition> => {
  const columns = parseSchema(schema)
  const texts = new TextTable()
  const delimiter = setting('readCsv', 'delimiter', options.delimiter ?? ',', delimiterWants, isDelimiter)
  const header = setting('readCsv', 'header', options.header ?? true, 'true or false', (value) => typeof value === 'boolean')
  return fileSource<RowOf<S>, Record<string, unknown>>(path, {
    call: 'readCsv',
    options,
    ownOptions: ['delimiter', 'header'],
    ownSettings: [options.delimiter, options.header],
    opening(file) {
      const shape = { path: file, delimiter: delimiter(), columns, texts }
      const hasHeader = header()
      return async (window) => {
        const head = hasHeader ? await readHeader(window, shape, rowBytesMax) : null
        return { cutter: csvRows(shape, head ?? layoutOfSchema(columns)), lineEnds: head?.lineEnds ?? 0 }
      }
    },
    admit: (raw) => admitRow(raw) as RowOf<S>,
  })
}
