/** The workloads as a user of Millrace writes them. */
import { aggregate, count, eventTime, filter, from, generate, keyBy, map, sum, tumbling, window } from 'millrace'
import { run, sink, source, topology } from 'millrace'
import type { Flow, SinkConnector } from 'millrace'
import { WINDOW_MS, change, isKept, recordAt } from './workload.ts'
import type { Totals, Workload } from './workload.ts'

interface Counted {
  readonly value: { readonly n: number; readonly total: number }
}

export const millraceRun = async (workload: Workload, parallelism: number): Promise<Totals> => {
  const totals = { outputs: 0, sumCount: 0, sumValue: 0 }
  const job = await run(topology(null, workload.name, flowOf(workload, adding(totals))), { parallelism })
  await job.completed
  return totals
}

const flowOf = ({ name, records, keys, disorder }: Workload, totals: SinkConnector<Counted>): Flow => {
  const generated = from(source('generated', generate((index) => recordAt(index, keys, disorder), { count: records })))
  if (name === 'W2')
    return generated
      .pipe(
        keyBy((record) => record.key),
        aggregate({ n: count(), total: sum((record) => record.value) }, { id: 'running' }),
      )
      .to(sink('totals', totals))
  return generated
    .pipe(
      eventTime((record) => record.time, { outOfOrderness: disorder - 1 }),
      map(change),
      filter(isKept),
      keyBy((record) => record.key),
      window(tumbling(WINDOW_MS)),
      aggregate({ n: count(), total: sum((record) => record.value) }, { id: 'per-window' }),
    )
    .to(sink('totals', totals))
}

const adding = (totals: { outputs: number; sumCount: number; sumValue: number }): SinkConnector<Counted> => ({
  name: 'totals',
  open: () => ({
    write: (records: readonly Counted[]) => {
      for (const { value } of records) {
        totals.outputs++
        totals.sumCount += value.n
        totals.sumValue += value.total
      }
    },
    close: () => undefined,
  }),
})
