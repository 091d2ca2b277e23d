/** A writer and a reader with memory between them. */
import { BatchReader } from '../../lib/workers/codec/batch-reader.ts'
import type { ReceivedBatch } from '../../lib/workers/codec/batch-reader.ts'
import { BatchWriter } from '../../lib/workers/codec/batch-writer.ts'
import type { Rows } from '../../lib/workers/codec/batch-format.ts'
import type { ClonedInstances } from '../../lib/workers/codec/cloned-instances.ts'
import { Space } from '../../lib/workers/codec/space.ts'

/** After how many rows of one type code is compiled for it. */
export const codecModes = { compiled: 0, 'compiled after a while': 20, walking: Infinity }

export const rowsOf = (values: readonly unknown[], more: Partial<Rows> = {}): Rows => ({ values, times: [], keys: [], hashes: null, markAt: [], marks: [], origin: '', ...more })

export class Pair {
  readonly writer: BatchWriter
  readonly reader: BatchReader
  bytes = 0

  constructor(compiledAfterRows = 0, instances: ClonedInstances | null = null) {
    this.writer = new BatchWriter(compiledAfterRows, instances)
    this.reader = new BatchReader(compiledAfterRows)
  }

  /** As it is read on the other side, from memory that holds something else around it. */
  pass(rows: Rows, at = 64): ReceivedBatch {
    const space = new Space(new ArrayBuffer(64), true)
    const end = this.writer.write(rows, space, at)
    this.bytes = end - at
    return this.reader.read(space, at)
  }

  values(values: readonly unknown[]): unknown[] {
    return this.pass(rowsOf(values)).rows()
  }
}
