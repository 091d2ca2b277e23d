/** Writing state as bytes: what an actor does while nothing else goes on in it. */
import { aggregate, count, keyBy, sum } from 'millrace'
import { ByteWriter } from '../../../lib/state/byte-writer.ts'
import { encodeValue } from '../../../lib/state/codec.ts'
import { stream } from '../../operators/fake-context.ts'
import { feedKeyed, operatorOf } from '../fed-operator.ts'
import { recordAt } from '../generator.ts'
import type { BenchRecord } from '../generator.ts'
import type { Case } from '../micro.ts'

const snapshot = (name: string, keys: number, keyOf: (n: number) => unknown): Case => {
  const stage = stream<BenchRecord>().pipe(
    keyBy((record) => record.key),
    aggregate({ n: count(), total: sum((record) => record.value) }, { id: 'running' }),
  )
  const [operator, context] = operatorOf(stage)
  const records = Array.from({ length: keys }, (_, n) => ({ ...recordAt(n, keys, 1), key: keyOf(n) }))
  feedKeyed(operator, context, records)
  return {
    name,
    count: keys,
    prepare: () => () => {
      const writer = new ByteWriter()
      operator.snapshot!(writer)
      return writer.finish().length
    },
  }
}

const records = (name: string, length: number): Case => {
  const values = Array.from({ length }, (_, n) => ({ ...recordAt(n, 1_000, 500), name: `record ${n}`, tags: ['a', null, true] }))
  return { name, count: length, prepare: () => () => encodeValue(values).length }
}

export const cases: readonly (() => Case)[] = [
  () => snapshot('snapshot of count and sum, 1 M numbers as keys', 1_000_000, (n) => n),
  () => snapshot('snapshot of count and sum, 300 k strings as keys', 300_000, (n) => `key-${n}`),
  () => records('100 k records as values', 100_000),
]
