/** The operators of windows alone: each record added, each window fired. */
import { aggregate, count, keyBy, session, sliding, sum, tumbling, window } from 'millrace'
import type { Assigner } from 'millrace'
import { feedTimed, operatorOf } from '../fed-operator.ts'
import type { Fed } from '../fed-operator.ts'
import { recordAt } from '../generator.ts'
import type { BenchRecord } from '../generator.ts'
import type { Case } from '../micro.ts'
import { stream } from '../../operators/fake-context.ts'

const windowed = (name: string, assigner: Assigner<BenchRecord>, records: readonly Fed[]): Case => {
  const stage = stream<BenchRecord>().pipe(
    keyBy((record) => record.key),
    window(assigner),
    aggregate({ n: count(), total: sum((record) => record.value) }, { id: 'windows' }),
  )
  return {
    name,
    count: records.length,
    prepare: () => {
      const [operator, context] = operatorOf(stage)
      return () => feedTimed(operator, context, records)
    },
  }
}

const inOrder = (length: number, keys: number): readonly BenchRecord[] => Array.from({ length }, (_, n) => recordAt(n, keys, 1))

export const cases: readonly (() => Case)[] = [
  () => windowed('tumbling 10 s, 1 k keys', tumbling(10_000), inOrder(500_000, 1_000)),
  () => windowed('sliding 60 s by 1 s, 100 keys', sliding(60_000, 1_000), inOrder(500_000, 100)),
  () => windowed('sessions of 2 s gap, 1 k keys', session(2_000), inOrder(500_000, 1_000)),
]
