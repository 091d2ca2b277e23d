/** What `scan`, `reduce` and `aggregate` have in common: they stand behind `keyBy` or behind `window(…)`. */
import type { StatefulOptions } from '../api/stage-options.ts'
import { dataStream, stageNode } from '../api/stream.ts'
import type { DataStream, Keyed, KeyedStream, Windowed, WindowedStream } from '../api/stream.ts'
import { windowInstants } from '../windows/assigner.ts'
import type { WindowNodeParams } from '../windows/assigner.ts'
import type { WindowFold } from '../windows/window-fold.ts'
import { combineOperator, isDivisible, windowOperator } from '../windows/window-operator.ts'
import type { Operator, OperatorContext } from './operator.ts'
import { keyedOf } from './stage-input.ts'

/** What a grouped stage emits: `{ key, value }` for each record, or one result for each window that fires. */
export type Result<S, K, V> = S extends { readonly callWindowFirst: true } ? DataStream<Windowed<K, V>> : DataStream<Keyed<K, V>>
export type KeyOf<S> = S extends KeyedStream<infer K, unknown> ? K : S extends WindowedStream<infer K, unknown> ? K : never
/** A stream of groups: keyed, or keyed and cut into windows. */
export type Grouped<T> = { readonly element: T; readonly callKeyByFirst: unknown } | { readonly element: T; readonly callWindowFirst: true }

export interface GroupedStage {
  readonly fold: WindowFold
  readonly params: Readonly<Record<string, unknown>>
  /** Text of what is kept: it must be equal for stored state to fit. */
  readonly layout: string
  readonly options: StatefulOptions
  readonly site: string
  /** Refuses a window it cannot stand behind. */
  readonly checkWindow?: (window: WindowNodeParams) => void
  readonly createKeyed: (context: OperatorContext) => Operator
}

export const groupedStage = <R>(input: unknown, stage: GroupedStage): R => {
  const { fold, params, layout, options, site } = stage
  const { node, window } = keyedOf(input, fold.kind, site)
  const common = { kind: fold.kind, options, params, state: 'key' } as const
  if (window === null) {
    const create = (context: OperatorContext): Operator => stage.createKeyed(context)
    return dataStream(stageNode(node, site, { ...common, schema: `${layout} v2`, create })) as R
  }
  stage.checkWindow?.(window)
  const pure = options.pure === true
  const windows = (context: OperatorContext, takesParts: boolean): Operator =>
    windowOperator(window, fold, { pure, maxParallelism: context.maxParallelism, wakeAt: (at) => context.wakeAt(at), takesParts })
  const halves = isDivisible(window, fold)
    ? { combine: (): Operator => combineOperator(window, fold, pure), merge: (context: OperatorContext): Operator => windows(context, true) }
    : null
  const create = (context: OperatorContext): Operator => windows(context, false)
  const sides = window.lateTo === null ? [] : [window.lateTo]
  return dataStream(stageNode(node, site, { ...common, schema: `${windowText(window)} ${layout} v2`, sides, window, instants: windowInstants(window), halves, create })) as R
}

const windowText = ({ assigner, allowedLateness }: WindowNodeParams): string => `${assignerText(assigner)} L${allowedLateness}`

const assignerText = (assigner: WindowNodeParams['assigner']): string => {
  switch (assigner.kind) {
    case 'tumbling':
      return `tumbling ${assigner.size}${signed(assigner.offset)}`
    case 'sliding':
      return `sliding ${assigner.size}/${assigner.slide}${signed(assigner.offset)}`
    case 'session':
      return `session ${typeof assigner.gap === 'number' ? assigner.gap : 'by record'}`
  }
}

const signed = (offset: number): string => (offset < 0 ? String(offset) : `+${offset}`)
