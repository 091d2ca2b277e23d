/** Ways to choose the instance a record goes to, as values for `partition`. */
import { callSite } from '../api/call-site.ts'
import { checkFunction, checkNumber, invalid, shown } from '../api/option-checks.ts'

export type Ordered = number | string | bigint

export interface RangePartitioner<in T> {
  readonly mode: 'range'
  readonly bounds: readonly Ordered[]
  readonly fn: (record: T) => Ordered
}

export interface HashPartitioner<in T> {
  readonly mode: 'hash'
  readonly fn: (record: T) => unknown
}

export interface SampledRangePartitioner<in T> {
  readonly mode: 'sampled'
  /** Records that are held and make the bounds. */
  readonly size: number
  readonly fn: (record: T) => Ordered
}

/** `(record, n) => index`, 0 ≤ index < n, or what `range`, `range.sampled` or `hash` returned. */
export type Partitioner<T> = RangePartitioner<T> | SampledRangePartitioner<T> | HashPartitioner<T> | ((record: T, n: number) => number)

export interface RangeFunction {
  /**
   * By range: below the first bound instance 0, from the first bound on 1, and so on; more bounds than instances fall to the last one.
   * Bounds are ascending, all numbers, all bigints or all strings (compared by UTF-16 code unit), and `fn` returns the same kind.
   *
   * @example partition(range([1_000, 10_000], (order) => order.cents))
   * @throws OPTION_INVALID for bounds that are not ascending or of mixed kinds
   */
  <T, const B extends Ordered>(bounds: readonly B[], fn: (record: T) => Widened<B>): RangePartitioner<T>
  /**
   * By range, with bounds taken from the data: the first `size` records (1 to 1,000,000) are held, then the bounds are fixed, for good,
   * so that every instance gets about as many of them. Equal values are never divided. The stage runs as one instance and keeps the
   * sample in its snapshots, so it needs an `id` once checkpoints are on. Choose `size` with an eye on input that is sorted: what lies
   * beyond the sample goes to the first or the last instance.
   *
   * @example partition(range.sampled(10_000, (order) => order.cents), { id: 'by-cents' })
   * @throws OPTION_INVALID for a size that is not a whole number from 1 to 1,000,000
   */
  sampled<T>(size: number, fn: (record: T) => Ordered): SampledRangePartitioner<T>
}

const byBounds = <T, const B extends Ordered>(bounds: readonly B[], fn: (record: T) => Widened<B>): RangePartitioner<T> => {
  const site = callSite()
  checkFunction('the second argument of range', fn, site)
  if (!Array.isArray(bounds)) throw invalid(`the bounds of range must be an array, not ${shown(bounds)}`, site)
  bounds.forEach((bound: unknown, i) => {
    const kind = typeof bound
    if ((kind !== 'number' && kind !== 'string' && kind !== 'bigint') || Number.isNaN(bound))
      throw invalid(`a bound of range must be a number, bigint or string, not ${shown(bound)}`, site)
    const before: unknown = bounds[i - 1]
    if (i > 0 && (typeof before !== kind || !((before as B) < (bound as B))))
      throw invalid(`the bounds of range must be of one kind and ascending: ${shown(before)} stands before ${shown(bound)}`, site)
  })
  return { mode: 'range', bounds: [...bounds], fn }
}

const sampleMax = 1_000_000

const bySample = <T>(size: number, fn: (record: T) => Ordered): SampledRangePartitioner<T> => {
  const site = callSite()
  checkNumber('the size of the sample of range', size, { least: 1, most: sampleMax, whole: true }, site)
  checkFunction('the second argument of range.sampled', fn, site)
  return { mode: 'sampled', size, fn }
}

/** By range: `range([b1, b2, …], fn)` with bounds of your own, `range.sampled(size, fn)` with bounds taken from the data. */
export const range: RangeFunction = Object.assign(byBounds, { sampled: bySample })

/** A literal's own kind: the bounds say number, not 10 | 20. */
export type Widened<B extends Ordered> = B extends number ? number : B extends string ? string : bigint

/**
 * By hash of the key that `fn` returns, mod the number of instances: murmur2, so that a string goes where a Java producer of Kafka would
 * send it. Keys as for `keyBy`.
 *
 * @example partition(hash((order) => order.customer))
 */
export const hash = <T>(fn: (record: T) => unknown): HashPartitioner<T> => {
  checkFunction('the argument of hash', fn, callSite())
  return { mode: 'hash', fn }
}
