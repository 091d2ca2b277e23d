/** A source of the records of an array. */
import type { SourceConnector } from '../../api/connector.ts'
import { callSite } from '../../api/call-site.ts'
import { invalid, shown } from '../../api/option-checks.ts'
import { dealSplits, shareOf } from './dealt-splits.ts'

/**
 * The records of an array, in order; at parallelism n record i is in split i mod n. Can be replayed.
 * @throws OPTION_INVALID when it is not given an array
 * @example
 * const words = source('words', fromArray(['row', 'row', 'row']))
 */
export const fromArray = <T>(records: readonly T[]): SourceConnector<T, number> => {
  if (!Array.isArray(records))
    throw invalid(`fromArray takes an array, not ${shown(records)}`, callSite(), 'Pass an array: fromArray([…items]).')
  return {
    name: 'fromArray',
    bounded: true,
    splits: ({ parallelism }) => dealSplits(parallelism),
    open(split, position) {
      const { first, step } = shareOf(split)
      let next = position ?? first
      return {
        poll(max) {
          const batch = step === 1 ? records.slice(next, next + max) : everyNth(records, next, step, max)
          next += batch.length * step
          return { records: batch, position: next, done: next >= records.length }
        },
        close() {},
      }
    },
  }
}

const everyNth = <T>(records: readonly T[], from: number, step: number, max: number): T[] => {
  const batch: T[] = []
  for (let i = from; i < records.length && batch.length < max; i += step) batch.push(records[i] as T)
  return batch
}
