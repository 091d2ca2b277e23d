/** Adding a record to the count and sum of a slot. */
import { aggregateNode, count, sum } from '../../../lib/windows/aggregate-spec.ts'
import { aggregateLayout } from '../../../lib/windows/aggregate-table.ts'
import { mix, recordAt } from '../generator.ts'
import type { BenchRecord } from '../generator.ts'
import type { Case } from '../micro.ts'

const adds = 1_000_000

const added = (name: string, slots: number, valueOf: (record: BenchRecord) => number): Case => {
  const layout = aggregateLayout(aggregateNode({ n: count(), total: sum(valueOf) })!, { pure: false })
  const table = layout.createTable()
  const records = Array.from({ length: adds }, (_, n) => recordAt(n, slots, 1))
  const places = Int32Array.from(records, (_, n) => mix(n) % slots)
  for (let slot = 0; slot < slots; slot++) {
    table.prepare(records[0]!)
    table.add(slot, records[0]!, 0, slot)
  }
  return {
    name,
    count: adds,
    prepare: () => () => {
      for (let n = 0; n < adds; n++) {
        const record = records[n]!
        layout.prepare(record)
        table.enter(places[n]!, record)
        table.commit(places[n]!, record, record.time, n)
      }
    },
  }
}

export const cases: readonly (() => Case)[] = [
  () => added('count and sum of whole numbers, 1 k slots', 1_000, ({ value }) => value),
  () => added('count and sum of whole numbers, 1 M slots', 1_000_000, ({ value }) => value),
  () => added('count and sum of fractions, 1 k slots', 1_000, ({ value }) => value / 7),
]
