/** From an aggregate as data to the tables that compute it. */
import type { AggregateNode } from './aggregate-spec.ts'
import type { FoldLayout, FoldTable } from './fold-layout.ts'
import { ArrayColumn } from './tables/array-column.ts'
import { ByColumn } from './tables/by-column.ts'
import type { CellRules, Cells } from './tables/cells.ts'
import type { Column } from './tables/column.ts'
import { CountColumn } from './tables/count-column.ts'
import { CustomCells } from './tables/custom-cells.ts'
import { EdgeColumn } from './tables/edge-column.ts'
import { ExtremeColumn } from './tables/extreme-column.ts'
import { FieldTable, type Shape } from './tables/field-table.ts'
import { NumberMeasure, RankMeasure, type Measure } from './tables/measure.ts'
import { SumColumn } from './tables/sum-column.ts'

export interface FoldOptions {
  /** The user promises that no function changes its arguments. */
  readonly pure: boolean
}

/** What the tables of one stage are made of. */
export interface LayoutParts {
  readonly shape: Shape
  readonly measures: readonly Measure[]
  readonly columns: readonly (() => Column)[]
  readonly cells: readonly (() => Cells)[]
  readonly rules: CellRules
}

export const layoutOf = ({ shape, measures, columns, cells, rules }: LayoutParts): FoldLayout => ({
  isFallible: cells.length > 0,
  prepare: (record) => {
    for (let i = 0; i < measures.length; i++) measures[i]!.prepare(record)
  },
  guard: () => {
    rules.guarded = true
  },
  createTable: () => new FieldTable({ shape, measures, columns: columns.map((create) => create()), cells: cells.map((create) => create()), rules }),
})

/** The layout of an aggregate. Its tables call the value functions, then what gets an accumulator, and only then write. */
export const aggregateLayout = (node: AggregateNode, { pure }: FoldOptions): FoldLayout => {
  const measures: Measure[] = []
  const columns: (() => Column)[] = []
  const cells: (() => Cells)[] = []
  const rules: CellRules = { pure, guarded: false }

  const measured = <M extends Measure>(measure: M): M => {
    measures.push(measure)
    return measure
  }
  const column = (create: () => Column): Shape => ({ kind: 'column', leaf: columns.push(create) - 1 })

  const shapeOf = (part: AggregateNode): Shape => {
    switch (part.kind) {
      case 'count':
        return column(() => new CountColumn())
      case 'sum':
      case 'average': {
        const { kind, of } = part
        const measure = measured(new NumberMeasure(kind, of))
        return column(() => new SumColumn(kind, measure))
      }
      case 'min':
      case 'max': {
        const { kind, of } = part
        const measure = measured(new NumberMeasure(kind, of))
        return column(() => new ExtremeColumn(kind, measure))
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

  return layoutOf({ shape: shapeOf(node), measures, columns, cells, rules })
}

/** A table of its own for one aggregate. */
export const createAggregateTable = (node: AggregateNode, options: FoldOptions = { pure: false }): FoldTable =>
  aggregateLayout(node, options).createTable()
