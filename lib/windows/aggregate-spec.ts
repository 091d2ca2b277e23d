/** Aggregates as data: what `aggregate(…)` is given. How they are computed is in aggregate tables; the reference has its own way. */

/** One aggregate. `input` and `result` are phantom: they carry the types. */
export interface Aggregator<in T, R> {
  readonly input: (record: T) => void
  readonly result: R
}

/** One aggregator, or an object of them. R is inferred in reverse from the mapped type, so the callbacks inside keep their record type. */
export type Spec<T, R> = Aggregator<T, R> | { readonly [F in keyof R]: Aggregator<T, R[F]> }

export interface AggregatorParts<T, A, R> {
  readonly init: () => A
  readonly add: (acc: A, record: T) => A
  /** Joins two; `a` is of the earlier window where windows merge. */
  readonly merge: (a: A, b: A) => A
  readonly result: (acc: A) => R
  /** Promises that the result does not depend on the order of records. */
  readonly commutative?: boolean
}

/** What an aggregator is underneath. */
export type AggregateNode =
  | { readonly kind: 'count' }
  | { readonly kind: 'sum' | 'average' | 'min' | 'max'; readonly of: (record: unknown) => number }
  | { readonly kind: 'minBy' | 'maxBy'; readonly of: (record: unknown) => number | string | bigint }
  | { readonly kind: 'first' | 'last' | 'toArray' }
  | { readonly kind: 'custom'; readonly parts: AggregatorParts<unknown, unknown, unknown> }
  | { readonly kind: 'object'; readonly fields: readonly (readonly [name: string, node: AggregateNode])[] }

const nodes = new WeakMap<object, AggregateNode>()

const aggregate = <T, R>(node: AggregateNode): Aggregator<T, R> => {
  const spec = { node } as unknown as Aggregator<T, R>
  nodes.set(spec, node)
  return spec
}

/** The node behind a spec, or null for what is none. */
export const aggregateNode = (spec: unknown): AggregateNode | null => {
  if (typeof spec !== 'object' || spec === null) return null
  const found = nodes.get(spec)
  if (found !== undefined) return found
  const fields: [string, AggregateNode][] = []
  for (const [name, part] of Object.entries(spec)) {
    const node = aggregateNode(part)
    if (node === null) return null
    fields.push([name, node])
  }
  return { kind: 'object', fields }
}

/** Whether the result cannot depend on the order of records: such windows are sliced into panes. */
export const isOrderFree = (node: AggregateNode): boolean =>
  node.kind === 'object' ? node.fields.every(([, field]) => isOrderFree(field)) : node.kind === 'custom' ? node.parts.commutative === true : isNumeric(node)

/** Whether it keeps numbers and nothing else, and to join two of them calls no function of the user. */
export const isNumeric = (node: AggregateNode): boolean =>
  node.kind === 'object'
    ? node.fields.every(([, field]) => isNumeric(field))
    : node.kind === 'count' || node.kind === 'sum' || node.kind === 'average' || node.kind === 'min' || node.kind === 'max'

/** Number of records. */
export const count = (): Aggregator<unknown, number> => aggregate({ kind: 'count' })
/** Sum of `fn`, exactly rounded: the double nearest to the true sum, whatever the order (TC39 Math.sumPrecise). */
export const sum = <T>(fn: (record: T) => number): Aggregator<T, number> => aggregate({ kind: 'sum', of: fn as (record: unknown) => number })
/** The exactly rounded sum of `fn`, divided by the number of records. */
export const average = <T>(fn: (record: T) => number): Aggregator<T, number> =>
  aggregate({ kind: 'average', of: fn as (record: unknown) => number })
/** Smallest `fn`, as Math.min. */
export const min = <T>(fn: (record: T) => number): Aggregator<T, number> => aggregate({ kind: 'min', of: fn as (record: unknown) => number })
/** Largest `fn`, as Math.max. */
export const max = <T>(fn: (record: T) => number): Aggregator<T, number> => aggregate({ kind: 'max', of: fn as (record: unknown) => number })
/** The record whose `fn` is smallest; of equals the first to arrive. */
export const minBy = <T>(fn: (record: T) => number | string | bigint): Aggregator<T, T> =>
  aggregate({ kind: 'minBy', of: fn as (record: unknown) => number })
/** The record whose `fn` is largest; of equals the first to arrive. */
export const maxBy = <T>(fn: (record: T) => number | string | bigint): Aggregator<T, T> =>
  aggregate({ kind: 'maxBy', of: fn as (record: unknown) => number })
/** The record of the smallest event time; of equals the first to arrive. */
export const first = <T>(): Aggregator<T, T> => aggregate({ kind: 'first' })
/** The record of the largest event time; of equals the last to arrive. */
export const last = <T>(): Aggregator<T, T> => aggregate({ kind: 'last' })
/** All records, in order of arrival. */
export const toArray = <T>(): Aggregator<T, T[]> => aggregate({ kind: 'toArray' })
/**
 * An aggregate of your own. `add` may change its accumulator in place, `merge` its first argument; neither may change a record.
 *
 * @example aggregator({ init: () => new Set<string>(), add: (s, r) => s.add(r.user), merge: (a, b) => a.union(b), result: (s) => s.size })
 */
export const aggregator = <T, A, R>(parts: AggregatorParts<T, A, R>): Aggregator<T, R> =>
  aggregate({ kind: 'custom', parts: parts as AggregatorParts<unknown, unknown, unknown> })
