/** The stage that assigns times and makes watermarks, alone. */
import { eventTime } from 'millrace'
import { operatorOf } from '../fed-operator.ts'
import { recordAt } from '../generator.ts'
import type { BenchRecord } from '../generator.ts'
import type { Case } from '../micro.ts'
import { stream } from '../../operators/fake-context.ts'

const origins = ['records/0', 'records/1']

const timed = (name: string, disorder: number, splits: number): Case => {
  const records = Array.from({ length: 1_000_000 }, (_, n) => recordAt(n, 1_000, disorder))
  const stage = stream<BenchRecord>().pipe(eventTime((record) => record.time, { outOfOrderness: disorder - 1 }))
  return {
    name,
    count: records.length,
    prepare: () => {
      const [operator, context] = operatorOf(stage)
      operator.onSplits?.(origins.slice(0, splits), context)
      return () => {
        for (let n = 0; n < records.length; n++) {
          // In batches, as splits are read.
          context.origin = origins[(n >> 10) % splits]!
          operator.apply(records[n], context)
        }
      }
    },
  }
}

export const cases: readonly (() => Case)[] = [
  () => timed('in order: a watermark each', 1, 1),
  () => timed('500 ms out of order', 500, 1),
  () => timed('500 ms out of order, two splits', 500, 2),
]
