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
import type { Operator, OperatorContext } from './operator.ts'
import type { Ordered, Partitioner } from './partitioner.ts'
import { boundsUpTo, checkOrdered } from './range-bounds.ts'
import { SampledRange } from './sampled-range.ts'

/** Which instance a record goes to. Throws for a record that has none. */
type Route = (record: unknown, context: OperatorContext) => number

/** A partitioner as the node of its stage says it. */
interface Parts {
  readonly params: Readonly<Record<string, unknown>>
  readonly state: 'stage' | null
  readonly schema: string
  readonly create: () => Operator
}

/**
 * Sends each record to the instance of the next stage that `by` chooses: `range(…)`, `range.sampled(…)`, `hash(…)`, or a function of the record and the
 * number of instances that returns an index. An index that is none, or a value that cannot be compared with the bounds, fails the record.
 *
 * @example from(orders).pipe(partition((order, n) => order.shop % n))
 * @throws OPTION_INVALID for anything else, or an option that is not known or not fit
 */
export const partition = <T>(by: Partitioner<T>, options?: StageOptions): Stage<AnyStream<T>, DataStream<T>> => {
  const site = callSite()
  const parts = readPartitioner(by, site)
  const checked = checkedOptions('partition', options, site)
  return (input) =>
    dataStream(
      boundaryNode(input, site, {
        kind: 'partition',
        routing: 'route',
        options: checked,
        select: (node) => stageNode(node, site, { kind: 'partition', options: checked, ...parts }),
      }),
    )
}

const readPartitioner = <T>(by: Partitioner<T>, site: string): Parts => {
  if (typeof by === 'function') return stateless({ mode: 'custom', fn: by }, byIndex(by as (record: unknown, n: number) => unknown))
  const mode: unknown = typeof by === 'object' && by !== null ? by.mode : undefined
  if (mode !== 'range' && mode !== 'sampled' && mode !== 'hash')
    throw invalid(`partition was given ${shown(by)}`, site, 'Pass range(bounds, fn), range.sampled(size, fn), hash(fn) or a function (record, n) => index.')
  const fn = by.fn as (record: unknown) => unknown
  switch (by.mode) {
    case 'range':
      return stateless({ mode, fn, bounds: by.bounds }, byRange(by.bounds, fn))
    case 'hash':
      return stateless({ mode, fn }, (record, { targets }) => partitionOfHash(keyHash(fn(record)), targets))
    case 'sampled': {
      const { size } = by
      return { params: { mode, fn, size }, state: 'stage', schema: `sampled range ${size} v1`, create: () => new SampledRange(size, fn) }
    }
  }
}

const stateless = (params: Parts['params'], route: Route): Parts => ({
  params,
  state: null,
  schema: '',
  create: () => ({
    shape: 'one',
    apply: (record, context) => {
      context.route = route(record, context)
      return record
    },
  }),
})

const byIndex =
  (fn: (record: unknown, n: number) => unknown): Route =>
  (record, { targets }) => {
    const index = fn(record, targets)
    if (typeof index === 'number' && Number.isInteger(index) && index >= 0 && index < targets) return index
    throw new RangeError(`the function of partition returned ${shown(index)}, not a whole number from 0 to ${targets - 1}`)
  }

const byRange =
  (bounds: readonly Ordered[], fn: (record: unknown) => unknown): Route =>
  (record, { targets }) =>
    Math.min(boundsUpTo(bounds, checkOrdered(fn(record), bounds[0])), targets - 1)
