/** `keyBy`: brings the records of one key together. */
import { callSite } from '../api/call-site.ts'
import { checkFunction } from '../api/option-checks.ts'
import type { StageOptions } from '../api/stage-options.ts'
import { keyedStream, stageNode } from '../api/stream.ts'
import type { AnyStream, Key, KeyedStream, Stage } from '../api/stream.ts'
import { canonicalKey } from '../state/key.ts'
import { boundaryNode } from './boundary-node.ts'
import { checkedOptions } from './checked-options.ts'
import type { RowOperator } from './operator.ts'

/**
 * Gives each record the key that `fn` returns: a string, number, bigint, boolean, or plain arrays and objects of those. All records of a
 * key reach the same instance of the next stage, in their order. Anything else fails the record with KEY_NOT_HASHABLE.
 *
 * @example from(orders).pipe(keyBy((order) => order.customer), aggregate(count(), { id: 'orders-per-customer' }))
 * @throws OPTION_INVALID for an option that is not known or not fit
 */
export const keyBy = <T, const K extends Key>(fn: (record: T) => K, options?: StageOptions): Stage<AnyStream<T>, KeyedStream<K, T>> => {
  const site = callSite()
  checkFunction('the argument of keyBy', fn, site)
  const checked = checkedOptions('keyBy', options, site)
  const create = (): RowOperator => keySelector(fn as (record: unknown) => unknown)
  return (input) =>
    keyedStream(
      boundaryNode(input, site, {
        kind: 'keyBy',
        routing: 'key',
        options: checked,
        select: (node) => stageNode(node, site, { kind: 'keyBy', options: checked, params: { fn }, state: null, schema: '', create }),
      }),
    )
}

const keySelector = (fn: (record: unknown) => unknown): RowOperator => ({
  shape: 'one',
  apply: (record, context) => {
    context.key = checkedKey(fn(record))
    return record
  },
  code: ({ bind, local, call }) => {
    const key = local()
    return `${key} = ${call(fn)};
if (typeof ${key} === 'number' && (${key} | 0) === ${key}) k = ${key} | 0; else k = ${bind(checkedKey)}(${key});`
  },
})

/** Checked here, so that the failed call is this one. */
const checkedKey = (key: unknown): unknown => {
  if (typeof key !== 'string') canonicalKey(key)
  return key === 0 ? 0 : key
}
