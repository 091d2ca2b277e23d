/** `tap`: looks at each record. */
import { callSite } from '../api/call-site.ts'
import { checkFunction } from '../api/option-checks.ts'
import type { StageOptions } from '../api/stage-options.ts'
import { dataStream, stageNode } from '../api/stream.ts'
import type { AnyStream, DataStream, Stage } from '../api/stream.ts'
import { checkedOptions } from './checked-options.ts'
import type { RowOperator } from './operator.ts'
import { recordsOf } from './stage-input.ts'

/**
 * Calls `fn` with each record and passes the record on unchanged. After a restart it is called again for what is replayed.
 *
 * @example from(orders).pipe(tap((order) => console.log(order.id)))
 * @throws OPTION_INVALID for an option that is not known or not fit
 */
export const tap = <T>(fn: (record: T) => void, options?: StageOptions): Stage<AnyStream<T>, DataStream<T>> => {
  const site = callSite()
  checkFunction('the argument of tap', fn, site)
  const checked = checkedOptions('tap', options, site)
  return (input) => {
    const { node } = recordsOf(input, 'tap', site)
    const create = (): RowOperator => tapOperator(fn as (record: unknown) => void)
    return dataStream(stageNode(node, site, { kind: 'tap', options: checked, params: { fn }, state: null, schema: '', create }))
  }
}

const tapOperator = (fn: (record: unknown) => void): RowOperator => ({
  shape: 'one',
  apply: (record) => {
    fn(record)
    return record
  },
})
