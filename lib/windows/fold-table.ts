/** The tables of whatever a windowed stage folds: reduce, scan or an aggregate. */
import { copyValue } from '../state/copy.ts'
import { aggregateLayout, layoutOf, noNumbers, type FoldOptions } from './aggregate-table.ts'
import type { FoldLayout } from './fold-layout.ts'
import type { CellRules, Cells } from './tables/cells.ts'
import { CustomCells } from './tables/custom-cells.ts'
import { ReduceCells } from './tables/reduce-cells.ts'
import type { WindowFold } from './window-fold.ts'

export const foldLayout = (fold: WindowFold, options: FoldOptions): FoldLayout => {
  if (fold.kind === 'aggregate') return aggregateLayout(fold.node, options)
  const rules: CellRules = { pure: options.pure, guarded: false }
  return layoutOf({ shape: { kind: 'cells', leaf: 0 }, measures: [], numbers: noNumbers, columns: [], cells: [cellsOf(fold, rules)], rules })
}


const cellsOf = (fold: Exclude<WindowFold, { kind: 'aggregate' }>, rules: CellRules): (() => Cells) => {
  if (fold.kind === 'reduce') return () => new ReduceCells(fold.fn)
  const { fn, seed } = fold
  const parts = {
    init: typeof seed === 'function' ? (seed as () => unknown) : (): unknown => copyValue(seed),
    add: fn,
    // The plan refuses scan over windows that merge; a copy never comes here, as a seed is plain.
    merge: (_a: unknown, b: unknown): unknown => b,
    result: (accumulator: unknown): unknown => accumulator,
  }
  return () => new CustomCells(parts, rules)
}
