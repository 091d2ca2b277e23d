/**
 * Where to cut a sample of values so that each part holds about as many of them: the bounds of a range partitioner.
 * Equal values stay together, so one that makes up more than a part's share gets a part of its own and the rest is shared anew
 * (as Spark's `RangePartitioner.determineBounds` does with the distinct candidates of its sample).
 */
import { shown } from '../api/option-checks.ts'
import type { Ordered } from './partitioner.ts'

/** A value, and how often it is in the sample. */
export interface Counted {
  readonly value: Ordered
  readonly count: number
}

/** The sample in order, equal values as one. All values are of one kind. */
export const countedValues = (sample: readonly Ordered[]): Counted[] => {
  const sorted = sample.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0))
  const counted: { value: Ordered; count: number }[] = []
  for (const value of sorted) {
    const last = counted.at(-1)
    if (last !== undefined && last.value === value) last.count++
    else counted.push({ value, count: 1 })
  }
  return counted
}

/** At most `parts` − 1 bounds, ascending: each is the least value of the part above it. */
export const boundsOf = (sample: readonly Counted[], parts: number): Ordered[] => {
  const bounds: Ordered[] = []
  let left = sample.reduce((sum, { count }) => sum + count, 0)
  let filled = 0
  for (const { value, count } of sample) {
    const open = parts - bounds.length
    // Ends the part where it is nearer to its share without this value than with it.
    if (filled > 0 && open > 1 && filled + count / 2 > left / open) {
      bounds.push(value)
      left -= filled
      filled = 0
    }
    filled += count
  }
  return bounds
}

/** How many of the ascending bounds are not above `value`. */
export const boundsUpTo = (bounds: readonly Ordered[], value: Ordered): number => {
  let low = 0
  let high = bounds.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (bounds[middle]! <= value) low = middle + 1
    else high = middle
  }
  return low
}

/** Throws for what cannot be compared with `known`, a bound or another value; undefined: there is none yet. */
export const checkOrdered = (value: unknown, known: Ordered | undefined): Ordered => {
  const kind = typeof value
  const fits = known === undefined ? kind === 'number' || kind === 'string' || kind === 'bigint' : kind === typeof known
  if (fits && !Number.isNaN(value)) return value as Ordered
  const than = known === undefined ? 'neither a number, a bigint nor a string' : `not to be compared with ${shown(known)}`
  throw new TypeError(`the function of range returned ${shown(value)}, which is ${than}`)
}
