/** `map`: one record in, one out. */
import { callSite } from '../api/call-site.ts'
import { checkFunction } from '../api/option-checks.ts'
import type { StageOptions } from '../api/stage-options.ts'
import { dataStream, stageNode } from '../api/stream.ts'
import type { AnyStream, DataStream, Stage } from '../api/stream.ts'
import { checkedOptions } from './checked-options.ts'
import type { RowOperator } from './operator.ts'
import { recordsOf } from './stage-input.ts'

/**
 * Each record becomes what `fn` returns for it.
 *
 * @example from(orders).pipe(map((order) => order.cents / 100))
 * @throws OPTION_INVALID for an option that is not known or not fit
 */
export const map = <T, R>(fn: (record: T) => R, options?: StageOptions): Stage<AnyStream<T>, DataStream<R>> => {
  const site = callSite()
  checkFunction('the argument of map', fn, site)
  const checked = checkedOptions('map', options, site)
  return (input) => {
    const { node } = recordsOf(input, 'map', site)
    const create = (): RowOperator => mapOperator(fn as (record: unknown) => unknown)
    return dataStream(stageNode(node, site, { kind: 'map', options: checked, params: { fn }, state: null, schema: '', create }))
  }
}

const mapOperator = (fn: (record: unknown) => unknown): RowOperator => ({
  shape: 'one',
  apply: (record) => fn(record),
  code: ({ call }) => `v = ${call(fn)};`,
})
