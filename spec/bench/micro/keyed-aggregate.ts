/** The running aggregate of each key alone: an update for each record. */
import { aggregate, count, keyBy, sum } from 'millrace'
import { feedKeyed, operatorOf } from '../fed-operator.ts'
import { recordAt } from '../generator.ts'
import type { BenchRecord } from '../generator.ts'
import type { Case } from '../micro.ts'
import { stream } from '../../operators/fake-context.ts'

const running = (name: string, keys: number): Case => {
  const records = Array.from({ length: 1_000_000 }, (_, n) => recordAt(n, keys, 1))
  const stage = stream<BenchRecord>().pipe(
    keyBy((record) => record.key),
    aggregate({ n: count(), total: sum((record) => record.value) }, { id: 'running' }),
  )
  return {
    name,
    count: records.length,
    prepare: () => {
      const [operator, context] = operatorOf(stage)
      return () => feedKeyed(operator, context, records)
    },
  }
}

export const cases: readonly (() => Case)[] = [() => running('1 k keys', 1_000), () => running('632 k keys of 1 M, all new', 1_000_000)]
