/** Reads a schema text, `'id INT NOT NULL, value STRING'`, into columns. */
import { callSite } from '../../api/call-site.ts'
import { didYouMean } from '../../api/closest-name.ts'
import { MillraceError } from '../../errors.ts'
import type { ColumnTypes } from './row-of.ts'

export type ColumnType = keyof ColumnTypes

export interface Column {
  readonly name: string
  readonly type: ColumnType
  readonly nullable: boolean
  /** Of DECIMAL(precision, scale): digits in all, and behind the point. */
  readonly digits: { readonly precision: number; readonly scale: number } | null
}

const types: readonly ColumnType[] = ['INT', 'BIGINT', 'DOUBLE', 'DECIMAL', 'BOOLEAN', 'STRING', 'TIMESTAMP', 'DATE', 'TIME', 'BYTES']
const columnText = /^(\S+)\s+([A-Za-z]\w*)(?:\s*\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\))?(\s+NOT\s+NULL)?$/i

/**
 * The columns of a schema text, in order.
 * @throws SCHEMA_INVALID naming the column that cannot be read and the types there are
 * @example
 * parseSchema('id INT NOT NULL')[0] // { name: 'id', type: 'INT', nullable: false, digits: null }
 */
export const parseSchema = (text: string): readonly Column[] => {
  if (typeof text !== 'string') throw invalid('the schema is not a text')
  // A comma inside parentheses parts no columns.
  const columns = text.split(/,(?![^()]*\))/).map((part) => parseColumn(part.trim()))
  const names = new Set<string>()
  for (const { name } of columns) {
    if (names.has(name)) throw invalid(`column '${name}' stands there twice`)
    names.add(name)
  }
  return columns
}

const parseColumn = (text: string): Column => {
  const [, name, word, precisionText, scaleText, notNull] = columnText.exec(text) ?? []
  if (name === undefined || word === undefined) throw invalid(`'${text}' is not a column`)
  if (name === '__proto__') throw invalid(`a column cannot be called '__proto__'`)
  const type = types.find((each) => each === word.toUpperCase())
  if (type === undefined) throw invalid(`column '${name}' has the unknown type '${word}'${didYouMean(word.toUpperCase(), types)}`)
  if (precisionText !== undefined && type !== 'DECIMAL') throw invalid(`column '${name}': ${type} takes no digits in parentheses`)
  const digits = precisionText === undefined ? null : { precision: Number(precisionText), scale: Number(scaleText ?? 0) }
  if (digits && (digits.precision === 0 || digits.scale > digits.precision)) {
    throw invalid(`column '${name}': DECIMAL(${digits.precision}, ${digits.scale}) has room for no number`)
  }
  return { name, type, nullable: notNull === undefined, digits }
}

const invalid = (what: string): MillraceError =>
  new MillraceError('SCHEMA_INVALID', what, { site: callSite(), next: `Write 'name TYPE [NOT NULL], …'; the types are ${types.join(', ')}.` })
