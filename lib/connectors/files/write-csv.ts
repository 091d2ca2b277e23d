/** A sink that writes CSV files. */
import type { SinkConnector } from '../../api/connector.ts'
import { usingParameters } from '../../api/parameter.ts'
import { MillraceError } from '../../errors.ts'
import { setting, type Given } from '../options.ts'
import { visible } from './bad-row.ts'
import { cellForm, type CellForm } from './csv-line.ts'
import { delimiterWants, isDelimiter } from './delimiter.ts'
import { openFileWriter, type FileHandle, type LineForm } from './file-writer.ts'
import { targetOf } from './target.ts'
import { fileSinkSettings, type FileSinkOptions } from './write-options.ts'

export interface WriteCsvOptions extends FileSinkOptions {
  /** Whether the first line names the columns; true by default. */
  readonly header?: boolean
  /** One ASCII character; `,` by default. */
  readonly delimiter?: string
}

/** Cells of a record whose columns only the writer knows. */
interface Cells {
  readonly names: readonly string[]
  readonly cells: readonly string[]
}

/**
 * Writes records as lines of a CSV file, exactly once. `columns` is a list of field names, or an object of functions where values are
 * nested; without it the fields of the first record are the columns. Empty cells are null, bytes base64, and readCsv reads all of it back.
 * A record with a value that has no form in a cell fails with SINK_FAILED, alone.
 * @throws OPTION_INVALID for columns or an option that do not exist or fit
 * @example
 * sink('counts', writeCsv('counts.csv', { word: (r) => r.key, count: (r) => r.value.n }))
 */
export const writeCsv = <T extends object>(
  path: Given<string>,
  columns?: readonly (keyof T & string)[] | Readonly<Record<string, (record: T) => unknown>> | null,
  options: WriteCsvOptions = {},
): SinkConnector<T, FileHandle> => {
  const settings = fileSinkSettings('writeCsv', path, options, ['header', 'delimiter'])
  const delimiter = setting('writeCsv', 'delimiter', options.delimiter ?? ',', delimiterWants, isDelimiter)()
  const hasHeader = setting('writeCsv', 'header', options.header ?? true, 'true or false', (value) => typeof value === 'boolean')()
  const form = cellForm(delimiter)
  const headerOf = (names: readonly string[]): string | null => (hasHeader ? names.map(form.quote).join(delimiter) : null)
  const known = columns === undefined || columns === null ? null : cellsOf<T>(columns)
  const connector: SinkConnector<T, FileHandle> = {
    name: typeof path === 'string' ? `writeCsv ${path}` : 'writeCsv',
    ...targetOf(path),
    canGoBack: true,
    format: known === null ? ownCells(form) : (record: T) => lineOf(record, known, form, delimiter),
    open: (context) =>
      known === null
        ? openFileWriter(context, settings, learnedForm(headerOf, delimiter))
        : openFileWriter<string>(context, settings, {
            columns: known.map(([name]) => name),
            columnsOf: () => [],
            headerOf,
            linesOf: (lines) => lines,
          }),
  }
  return usingParameters(connector, path)
}

type NamedCell<T> = readonly [name: string, cell: (record: T) => unknown]

const cellsOf = <T extends object>(
  columns: readonly (keyof T & string)[] | Readonly<Record<string, (record: T) => unknown>>,
): readonly NamedCell<T>[] => {
  const cells: readonly NamedCell<T>[] = Array.isArray(columns)
    ? (columns as readonly (keyof T & string)[]).map((name) => [name, (record: T) => record[name]])
    : Object.entries(columns)
  const isRight = cells.every(([name, cell]) => typeof name === 'string' && typeof cell === 'function')
  if (typeof columns !== 'object' || !isRight || cells.length === 0 || new Set(cells.map(([name]) => name)).size < cells.length) {
    throw new MillraceError('OPTION_INVALID', 'writeCsv: the columns are neither a list of different names nor an object of functions', {
      next: "Write ['id', 'value'] or { id: (record) => record.id }; options come third.",
    })
  }
  return cells
}

const lineOf = <T>(record: T, cells: readonly NamedCell<T>[], form: CellForm, delimiter: string): string => {
  let line = ''
  for (let i = 0; i < cells.length; i++) {
    const [name, cell] = cells[i]!
    const text = form.cellOf(cell(record), name)
    line = i === 0 ? text : line + delimiter + text
  }
  return line
}

/** Cells of records whose fields are the columns. Records that follow one another and have the same fields share the list of names. */
const ownCells = (form: CellForm): ((record: object) => Cells) => {
  let names: readonly string[] = []
  return (record) => {
    const isRow = typeof record === 'object' && record !== null && !Array.isArray(record)
    const own = isRow ? Object.keys(record) : []
    if (own.length === 0) {
      throw new MillraceError('SINK_FAILED', `${isRow ? 'a record without fields' : 'a record that is not an object'} has no cells`, {
        next: 'Say how it is written: writeCsv(path, { name: (record) => cell }).',
      })
    }
    if (!areSame(own, names)) names = own
    return { names, cells: own.map((name) => form.cellOf((record as Record<string, unknown>)[name], name)) }
  }
}

const areSame = (names: readonly string[], others: readonly string[]): boolean => {
  if (names === others) return true
  if (names.length !== others.length) return false
  for (let i = 0; i < names.length; i++) if (names[i] !== others[i]) return false
  return true
}

const learnedForm = (headerOf: LineForm<Cells>['headerOf'], delimiter: string): LineForm<Cells> => ({
  columns: null,
  columnsOf: ({ names }) => names,
  headerOf,
  linesOf: (records, columns) =>
    records.map(({ names, cells }) => joined(areSame(names, columns) ? cells : inOrder(names, cells, columns), delimiter)),
})

/** `join` takes longer for the few cells of a row. */
const joined = (cells: readonly string[], delimiter: string): string => {
  let line = cells[0]!
  for (let i = 1; i < cells.length; i++) line += delimiter + cells[i]!
  return line
}

/** A missing field is an empty cell; one that the header lacks must not get lost. */
const inOrder = (names: readonly string[], cells: readonly string[], columns: readonly string[]): string[] => {
  const extra = names.find((name, i) => !columns.includes(name) && cells[i] !== '')
  if (extra === undefined) return columns.map((name) => cells[names.indexOf(name)] ?? '')
  throw new MillraceError(
    'SINK_FAILED',
    `a record has the field '${visible(extra)}', which the first one lacked and the header therefore does`,
    {
      next: "Name the columns: writeCsv(path, ['id', 'value', …]).",
    },
  )
}
