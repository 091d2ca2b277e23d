/** `partition`: the user says to which instance of the next stage a record goes. */
import { callSite } from '../api/call-site.ts'
import { invalid, shown } from '../api/option-checks.ts'
import type { StageOptions } from '../api/stage-options.ts'
import { dataStream, stageNode } from '../api/stream.ts'
import type { AnyStream, DataStream, Stage } from '../api/stream.ts'
import { partitionOfHash } from '../state/key-group.ts'
import { keyHash } from '../state/key.ts'
import { boundaryNode } from './boundary-node.ts'
import { checkedOptions } from './checked-options.ts'
import type { OperatorContext, RowOperator } from './operator.ts'
import type { Ordered, Partitioner } from './partitioner.ts'

/** Which instance a record goes to. Throws for a record that has none. */
type Route = (record: unknown, context: OperatorContext) => number

/**
 * Sends each record to the instance of the next stage that `by` chooses: `range(…)`, `hash(…)`, or a function of the record and the
 * number of instances that returns an index. An index that is none, or a value that cannot be compared with the bounds, fails the record.
 *
 * @example from(orders).pipe(partition((order, n) => order.shop % n))
 * @throws OPTION_INVALID for anything else, or an option that is not known or not fit
 */
export const partition = <T>(by: Partitioner<T>, options?: StageOptions): Stage<AnyStream<T>, DataStream<T>> => {
  const site = callSite()
  const { params, route } = readPartitioner(by, site)
  const checked = checkedOptions('partition', options, site)
  const create = (): RowOperator => ({
    shape: 'one',
    apply: (record, context) => {
      context.route = route(record, context)
      return record
    },
  })
  return (input) =>
    dataStream(
      boundaryNode(input, site, {
        kind: 'partition',
        routing: 'route',
        options: checked,
        select: (node) => stageNode(node, site, { kind: 'partition', options: checked, params, state: null, schema: '', create }),
      }),
    )
}

const readPartitioner = <T>(by: Partitioner<T>, site: string): { params: Readonly<Record<string, unknown>>; route: Route } => {
  if (typeof by === 'function')
    return { params: { mode: 'custom', fn: by }, route: byIndex(by as (record: unknown, n: number) => unknown) }
  const mode: unknown = typeof by === 'object' && by !== null ? by.mode : undefined
  if (mode !== 'range' && mode !== 'hash')
    throw invalid(`partition was given ${shown(by)}`, site, 'Pass range(bounds, fn), hash(fn) or a function (record, n) => index.')
  const fn = by.fn as (record: unknown) => unknown
  return by.mode === 'range'
    ? { params: { mode, fn, bounds: by.bounds }, route: byRange(by.bounds, fn) }
    : { params: { mode, fn }, route: (record, { targets }) => partitionOfHash(keyHash(fn(record)), targets) }
}

const byIndex =
  (fn: (record: unknown, n: number) => unknown): Route =>
  (record, { targets }) => {
    const index = fn(record, targets)
    if (typeof index === 'number' && Number.isInteger(index) && index >= 0 && index < targets) return index
    throw new RangeError(`the function of partition returned ${shown(index)}, not a whole number from 0 to ${targets - 1}`)
  }

const byRange =
  (bounds: readonly Ordered[], fn: (record: unknown) => unknown): Route =>
  (record, { targets }) => {
    const value = fn(record) as Ordered
    const fits = bounds.length === 0 || typeof value === typeof bounds[0]
    if (!fits || Number.isNaN(value))
      throw new TypeError(`the function of range returned ${shown(value)}, which is not to be compared with ${shown(bounds[0])}`)
    return Math.min(boundsUpTo(bounds, value), targets - 1)
  }

/** How many of the ascending bounds are not above `value`. */
const boundsUpTo = (bounds: readonly Ordered[], value: Ordered): number => {
  let low = 0
  let high = bounds.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (bounds[middle]! <= value) low = middle + 1
    else high = middle
  }
  return low
}
