/** `filter`: records that pass a test. */
import { callSite } from '../api/call-site.ts'
import { checkFunction } from '../api/option-checks.ts'
import type { StageOptions } from '../api/stage-options.ts'
import { dataStream, stageNode } from '../api/stream.ts'
import type { AnyStream, DataStream, Stage } from '../api/stream.ts'
import { checkedOptions } from './checked-options.ts'
import { NONE } from './operator.ts'
import type { RowOperator } from './operator.ts'
import { recordsOf } from './stage-input.ts'

/**
 * Only the records for which `fn` returns something true. A type predicate narrows the stream's type.
 *
 * @example from(events).pipe(filter((event) => event.kind === 'sale'))
 * @throws OPTION_INVALID for an option that is not known or not fit
 */
export function filter<T, S extends T>(fn: (record: T) => record is S, options?: StageOptions): Stage<AnyStream<T>, DataStream<S>>
export function filter<T>(fn: (record: T) => boolean, options?: StageOptions): Stage<AnyStream<T>, DataStream<T>>
export function filter<T>(fn: (record: T) => boolean, options?: StageOptions): Stage<AnyStream<T>, DataStream<T>> {
  const site = callSite()
  checkFunction('the argument of filter', fn, site)
  const checked = checkedOptions('filter', options, site)
  return (input) => {
    const { node } = recordsOf(input, 'filter', site)
    const create = (): RowOperator => filterOperator(fn as (record: unknown) => boolean)
    return dataStream(stageNode(node, site, { kind: 'filter', options: checked, params: { fn }, state: null, schema: '', create }))
  }
}

const filterOperator = (fn: (record: unknown) => boolean): RowOperator => ({
  shape: 'one',
  apply: (record) => (fn(record) ? record : NONE),
  code: ({ call, drop }) => `if (!${call(fn)}) ${drop}`,
})
