/** Notes when a source of numbered records began, and when it began with the second half of them. Asked once for each batch. */
import type { Parameter, SourceBatch, SourceConnector, SourceReader } from 'millrace'
import { sharedNow } from '../clock.ts'
import { handOver } from './handed-over.ts'

/** By the shared clock. */
export interface SourceMarks {
  readonly began: number
  readonly halfWay: number
}

/** Of a connector that answers at once, whose positions are the numbers of records. */
export const markedSource = <T>(connector: SourceConnector<T, number>, records: Parameter<number>, folder: Parameter<string>): SourceConnector<T, number> => ({
  ...connector,
  open: (split, position, context) => {
    const reader = connector.open(split, position, context) as SourceReader<unknown, number>
    const half = records.value / 2
    const to = folder.value
    let began = NaN
    let halfWay = NaN
    let next = 0
    return {
      poll(max) {
        if (Number.isNaN(began)) began = sharedNow()
        if (next >= half && Number.isNaN(halfWay)) halfWay = sharedNow()
        const batch = reader.poll(max) as SourceBatch<unknown, number>
        next = batch.position
        return batch
      },
      close() {
        handOver(to, 'source', split.id, { began, halfWay } satisfies SourceMarks)
        return reader.close()
      },
    }
  },
})
