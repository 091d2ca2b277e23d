/** The rows of a file, read by a topology of its own. */
import { collect, from, run, sink, source, topology } from 'millrace'
import type { SourceConnector } from 'millrace'

/** All that a bounded source has. */
export const rowsOf = async <T>(connector: SourceConnector<T>): Promise<readonly T[]> => {
  const rows = collect<T>()
  const job = await run(topology(import.meta, 'rows', from(source('file', connector)).to(sink('rows', rows))))
  await job.completed
  return rows.records
}
