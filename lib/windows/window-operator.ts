/** From `window(…)` and what is folded in it to the operator that does it. */
import type { Operator } from '../operators/operator.ts'
import { isNumeric, isOrderFree } from './aggregate-spec.ts'
import { AlignedWindowOperator } from './aligned-window-operator.ts'
import type { WindowNodeParams } from './assigner.ts'
import { ClockedWindows, type WakeAt } from './clocked-windows.ts'
import { CombineOperator } from './combine-operator.ts'
import { foldLayout } from './fold-table.ts'
import { SessionWindowOperator, type Gap } from './session-window-operator.ts'
import { SlicedWindowOperator } from './sliced-window-operator.ts'
import type { WindowFold } from './window-fold.ts'
import type { WindowedOperator, WindowSetup } from './window-state.ts'

export interface WindowOperatorOptions {
  /** The user promises that no function changes its arguments. */
  readonly pure: boolean
  readonly maxParallelism: number
  /** Of the context, for windows of a clock that are restored. */
  readonly wakeAt?: WakeAt
  /** It is the second half of `combineOperator`. */
  readonly takesParts?: boolean
}

/**
 * Whether senders may combine what goes into these windows. Not where joining two accumulators calls a function of the user: a failure
 * there would be that of many records. Nor for windows with gaps between them, or of no fixed place.
 */
export const isDivisible = ({ assigner }: WindowNodeParams, fold: WindowFold): boolean =>
  fold.kind === 'aggregate' && isNumeric(fold.node) && (assigner.kind === 'tumbling' || (assigner.kind === 'sliding' && assigner.slide <= assigner.size))

/** The half of a divisible stage that stands before the shuffle. */
export const combineOperator = ({ assigner }: WindowNodeParams, fold: WindowFold, pure: boolean): Operator => {
  const { size, offset } = assigner as Exclude<WindowNodeParams['assigner'], { kind: 'session' }>
  return new CombineOperator({ size, slide: assigner.kind === 'sliding' ? assigner.slide : size, offset }, foldLayout(fold, { pure }))
}

export const windowOperator = (window: WindowNodeParams, fold: WindowFold, options: WindowOperatorOptions): Operator => {
  const setup: WindowSetup = {
    allowedLateness: window.allowedLateness,
    layout: foldLayout(fold, options),
    maxParallelism: options.maxParallelism,
    takesParts: options.takesParts === true,
  }
  return new ClockedWindows(windowsOf(window, fold, setup), options.wakeAt)
}

const windowsOf = ({ assigner }: WindowNodeParams, fold: WindowFold, setup: WindowSetup): WindowedOperator => {
  switch (assigner.kind) {
    case 'tumbling':
      return new AlignedWindowOperator({ size: assigner.size, slide: assigner.size, offset: assigner.offset }, setup)
    case 'sliding': {
      const { size, slide } = assigner
      const overlap = slide < size
      const isSliced = overlap && fold.kind === 'aggregate' && isOrderFree(fold.node)
      return isSliced ? new SlicedWindowOperator(assigner, setup) : new AlignedWindowOperator(assigner, setup)
    }
    case 'session':
      return new SessionWindowOperator(assigner.gap as Gap, setup)
  }
}
