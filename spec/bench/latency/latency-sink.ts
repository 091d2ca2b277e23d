/** A sink that counts how long after a moment of theirs records came. An instance hands over what it counted when it is closed. */
import type { Parameter, SinkConnector } from 'millrace'
import { sharedNow } from '../clock.ts'
import { handOver } from '../topologies/handed-over.ts'
import { Histogram } from './histogram.ts'
import type { HistogramData } from './histogram.ts'

export interface Latencies {
  readonly histogram: HistogramData
  /** Of what `weightOf` gave for those counted. */
  readonly weight: number
}

/** `opened` is called where parameters can be read; its function gives the moment of a record by the shared clock, or null to leave it out. */
export const latencySink = <T>(folder: Parameter<string>, opened: () => (record: T) => number | null, weightOf: (record: T) => number): SinkConnector<T> => ({
  name: 'latencies',
  open: ({ instance }) => {
    const to = folder.value
    const momentOf = opened()
    const histogram = new Histogram()
    let weight = 0
    return {
      write: (records: readonly T[]) => {
        for (const record of records) {
          const moment = momentOf(record)
          if (moment === null) continue
          histogram.add(sharedNow() - moment)
          weight += weightOf(record)
        }
      },
      close: () => handOver(to, 'sink', instance, { histogram: histogram.data, weight } satisfies Latencies),
    }
  },
})
