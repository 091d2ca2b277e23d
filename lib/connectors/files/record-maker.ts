/** Makes records of fixed fields, all of one shape, which the engine's functions then read fastest. */
import { Scope, mayCompile } from '../../code/scope.ts'
import type { Column } from './schema.ts'

type Build = (values: readonly unknown[], numbers: Float64Array) => Record<string, unknown>

/** The cells of a row on their way into a record. */
export class RecordMaker {
  /** Of column i; a number of a column that `isNumeric` stands in `numbers`, where it takes no object of its own. */
  readonly values: unknown[]
  readonly numbers: Float64Array
  readonly isNumeric: readonly boolean[]
  private readonly build: Build

  constructor(columns: readonly Column[], buildOf: (fields: readonly Field[]) => Build = mayCompile() ? compiledBuild : loopBuild) {
    this.values = columns.map(() => null)
    this.numbers = new Float64Array(columns.length)
    this.isNumeric = columns.map(isNumeric)
    this.build = buildOf(columns.map(({ name }, i) => ({ name, isNumeric: this.isNumeric[i]! })))
  }

  set(column: number, value: unknown): void {
    if (this.isNumeric[column]) this.numbers[column] = value as number
    else this.values[column] = value
  }

  /** A record of what has been set. */
  make(): Record<string, unknown> {
    return this.build(this.values, this.numbers)
  }
}

interface Field {
  readonly name: string
  readonly isNumeric: boolean
}

/** Whether a column gives numbers alone that need more than 32 bits. */
const isNumeric = ({ type, nullable }: Column): boolean =>
  !nullable && (type === 'DOUBLE' || type === 'TIMESTAMP' || type === 'DATE' || type === 'TIME')

/** The code holds nothing but literals. Where a process forbids code made of strings, a loop does the same. */
const compiledBuild = (fields: readonly Field[]): Build => {
  const cells = fields.map((field, i) => `${JSON.stringify(field.name)}: ${field.isNumeric ? 'numbers' : 'values'}[${i}]`)
  return new Scope().run(`return (values, numbers) => ({ ${cells.join(', ')} });`) as Build
}

export const loopBuild =
  (fields: readonly Field[]): Build =>
  (values, numbers) => {
    const record: Record<string, unknown> = {}
    for (let i = 0; i < fields.length; i++) {
      const field = fields[i]!
      record[field.name] = field.isNumeric ? numbers[i] : values[i]
    }
    return record
  }
