/** From an aggregate as data to the tables that compute it. */
import { mayCompile } from '../code/scope.ts'
import type { AggregateNode } from './aggregate-spec.ts'
import type { FoldLayout, FoldTable } from './fold-layout.ts'
import { ArrayColumn } from './tables/array-column.ts'
import { ByColumn } from './tables/by-column.ts'
import type { CellRules, Cells } from './tables/cells.ts'
import type { Column } from './tables/column.ts'
import { CustomCells } from './tables/custom-cells.ts'
import { EdgeColumn } from './tables/edge-column.ts'
import { FieldTable, type Shape } from './tables/field-table.ts'
import { NumberMeasure, RankMeasure, type Measure } from './tables/measure.ts'
import { compiledMerge, compiledPart, compiledResult, numberCode } from './tables/number-code.ts'
import { NumberTable, type NumberLayout, type NumberLeaf, type NumberShape } from './tables/number-table.ts'

export interface FoldOptions {
  /** The user promises that no function changes its arguments. */
  readonly pure: boolean
}

/** What the tables of one stage are made of. */
export interface LayoutParts {
  readonly shape: Shape
  readonly measures: readonly Measure[]
  readonly numbers: NumberParts
  readonly columns: readonly (() => Column)[]
  readonly cells: readonly (() => Cells)[]
  readonly rules: CellRules
}

interface NumberParts {
  readonly leaves: readonly NumberLeaf[]
  readonly empty: readonly number[]
}

export const noNumbers: NumberParts = { leaves: [], empty: [] }

export const layoutOf = ({ shape, measures, numbers, columns, cells, rules }: LayoutParts): FoldLayout => {
  const { leaves, empty } = numbers
  const asNumbers = numberShape(shape)
  const plainLayout = { shape: asNumbers ?? leaves[0]!, leaves, stride: empty.length, empty }
  const numberLayout: NumberLayout = { ...plainLayout, ...(asNumbers !== null && mayCompile() ? { compiledResult: compiledResult(plainLayout), compiledMerge: compiledMerge(plainLayout), compiledPart: compiledPart(plainLayout.stride) } : { compiledResult: null, compiledMerge: null, compiledPart: null }) }
  const common = {
    isFallible: cells.length > 0,
    prepare: (record: unknown) => {
      for (let i = 0; i < measures.length; i++) measures[i]!.prepare(record)
    },
    guard: () => {
      rules.guarded = true
    },
  }
  if (asNumbers !== null) return { ...common, createTable: () => new NumberTable(numberLayout), code: (scope) => numberCode(numberLayout, scope) }
  const createTable = (): FoldTable =>
    new FieldTable({
      shape,
      measures,
      numbers: leaves.length === 0 ? null : new NumberTable(numberLayout),
      columns: columns.map((create) => create()),
      cells: cells.map((create) => create()),
      rules,
    })
  return { ...common, createTable, code: null }
}

/** The shape of a table that holds numbers and nothing else; null for any other. */
const numberShape = (shape: Shape): NumberShape | null => {
  if (shape.kind === 'number') return shape.leaf
  if (shape.kind !== 'object') return null
  const fields: (readonly [string, NumberShape])[] = []
  for (const [name, field] of shape.fields) {
    const part = numberShape(field)
    if (part === null) return null
    fields.push([name, part])
  }
  return { kind: 'object', fields }
}

/** What each kind of number begins with, one double after the other. */
const emptyNumbers = { count: [0], sum: [-0], average: [-0, 0], min: [Infinity], max: [-Infinity] } as const

/** The layout of an aggregate. Its tables call the value functions, then what gets an accumulator, and only then write. */
export const aggregateLayout = (node: AggregateNode, { pure }: FoldOptions): FoldLayout => {
  const measures: Measure[] = []
  const leaves: NumberLeaf[] = []
  const empty: number[] = []
  const columns: (() => Column)[] = []
  const cells: (() => Cells)[] = []
  const rules: CellRules = { pure, guarded: false }

  const measured = <M extends Measure>(measure: M): M => {
    measures.push(measure)
    return measure
  }
  const column = (create: () => Column): Shape => ({ kind: 'column', leaf: columns.push(create) - 1 })
  const number = (kind: NumberLeaf['kind'], measure: NumberMeasure | null): Shape => {
    const leaf: NumberLeaf = { kind, at: empty.length, measure }
    leaves.push(leaf)
    empty.push(...emptyNumbers[kind])
    return { kind: 'number', leaf }
  }

  const shapeOf = (part: AggregateNode): Shape => {
    switch (part.kind) {
      case 'count':
        return number('count', null)
      case 'sum':
      case 'average':
      case 'min':
      case 'max': {
        const { kind, of } = part
        return number(kind, measured(new NumberMeasure(kind, of)))
      }
      case 'minBy':
      case 'maxBy': {
        const { kind, of } = part
        const measure = measured(new RankMeasure(kind, of))
        return column(() => new ByColumn(kind, measure))
      }
      case 'first':
      case 'last': {
        const { kind } = part
        return column(() => new EdgeColumn(kind))
      }
      case 'toArray':
        return column(() => new ArrayColumn())
      case 'custom': {
        const { parts } = part
        return { kind: 'cells', leaf: cells.push(() => new CustomCells(parts, rules)) - 1 }
      }
      case 'object':
        return { kind: 'object', fields: part.fields.map(([name, field]) => [name, shapeOf(field)] as const) }
    }
  }

  return layoutOf({ shape: shapeOf(node), measures, numbers: { leaves, empty }, columns, cells, rules })
}

/** A table of its own for one aggregate. */
export const createAggregateTable = (node: AggregateNode, options: FoldOptions = { pure: false }): FoldTable =>
  aggregateLayout(node, options).createTable()
