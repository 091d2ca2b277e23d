/** Reads the frames that one `BatchWriter` wrote, each once and in order. */
import { batchFlag, BATCH_HEAD_BYTES, timesForm } from './batch-format.ts'
import { COMPILED_AFTER_ROWS, endOfTimes } from './batch-writer.ts'
import type { Columns } from './column.ts'
import { aligned } from './space.ts'
import type { Space } from './space.ts'
import { TableReader } from './table-reader.ts'
import type { ColumnView, ReadTable } from './table-reader.ts'
import { endOfTexts, readTexts } from './text-block.ts'

export class BatchReader {
  readonly #keys: TableReader
  readonly #values: TableReader
  #origin = ''

  /** `compiledAfterRows`: of one type. */
  constructor(compiledAfterRows: number = COMPILED_AFTER_ROWS) {
    this.#keys = new TableReader(compiledAfterRows)
    this.#values = new TableReader(compiledAfterRows)
  }

  /** The batch whose frame lies at byte `at`, a multiple of 8. */
  read(space: Space, at: number): ReceivedBatch {
    const { i4, f8 } = space
    const head = at >> 2
    const flags = i4[head + 1]!
    const rows = i4[head + 2]!
    const marksCount = i4[head + 3]!
    const form = i4[head + 4]!
    let to = at + BATCH_HEAD_BYTES
    if ((flags & batchFlag.hasOrigin) !== 0) {
      const origin: string[] = []
      readTexts(space, to, origin)
      this.#origin = origin[0]!
      to = endOfTexts(space, to)
    }
    const timesAt = to
    to = endOfTimes(form, to, rows)
    const markAt = Array.from(i4.subarray(to >> 2, (to >> 2) + marksCount))
    to = aligned(to + 4 * marksCount)
    const marks = Array.from(f8.subarray(to >> 3, (to >> 3) + marksCount))
    to += 8 * marksCount
    const hashesAt = (flags & batchFlag.hasHashes) === 0 ? null : to
    if (hashesAt !== null) to = aligned(to + 4 * rows)
    const keys = (flags & batchFlag.hasKeys) === 0 ? null : this.#keys.read(space, to)
    if (keys !== null) to = keys.end
    const values = (flags & batchFlag.hasValues) === 0 ? null : this.#values.read(space, to)
    return new ReceivedBatch(rows, i4[head]!, this.#origin, markAt, marks, { space, form, timesAt, hashesAt, keys, values })
  }
}

/** Where its parts lie. */
interface Parts {
  readonly space: Space
  readonly form: number
  readonly timesAt: number
  readonly hashesAt: number | null
  readonly keys: ReadTable | null
  readonly values: ReadTable | null
}

/** A batch as it lies in memory; rows are made when they are asked for. They can be read until it has been processed. */
export class ReceivedBatch {
  readonly type = 'batch'
  /** Rows. */
  readonly length: number
  /** Of its frame. */
  readonly bytes: number
  readonly origin: string
  /** Before which row each of `marks` holds. */
  readonly markAt: number[]
  readonly marks: number[]
  #parts: Parts | null

  constructor(length: number, bytes: number, origin: string, markAt: number[], marks: number[], parts: Parts) {
    this.length = length
    this.bytes = bytes
    this.origin = origin
    this.markAt = markAt
    this.marks = marks
    this.#parts = parts
  }

  /** New objects each time; so with times, keys and texts. */
  rows(): unknown[] {
    return this.#held.values?.values() ?? []
  }

  keys(): unknown[] {
    return this.#held.keys?.values() ?? []
  }

  /** The column of a field, or of a field of a field; with no name, of rows that are no objects. Undefined where not every row has it. */
  column(...path: readonly string[]): ColumnView | undefined {
    return this.#held.values?.column(path)
  }

  keyColumn(...path: readonly string[]): ColumnView | undefined {
    return this.#held.keys?.column(path)
  }

  /** What rows and keys lie in, until another batch is read; null: in no columns. */
  columns(): { readonly space: Space; readonly values: Columns; readonly keys: Columns } | null {
    const { space, keys, values } = this.#held
    return keys === null || values === null ? null : { space, values: values.settled(), keys: keys.settled() }
  }

  /** `keyHash` of each key; null where the sender did not give it. */
  hashes(): Int32Array | null {
    const { hashesAt, space } = this.#held
    return hashesAt === null ? null : space.i4.subarray(hashesAt >> 2, (hashesAt >> 2) + this.length)
  }

  times(): number[] {
    const { form, timesAt, space } = this.#held
    const rows = this.length
    const times = new Array<number>(form === timesForm.none ? 0 : rows)
    if (form === timesForm.distances) {
      const { i4, f8 } = space
      const first = f8[timesAt >> 3]!
      const distances = (timesAt >> 2) + 2
      for (let i = 0; i < rows; i++) times[i] = first + i4[distances + i]!
    } else if (form === timesForm.doubles) {
      const { f8 } = space
      for (let i = 0; i < rows; i++) times[i] = f8[(timesAt >> 3) + i]!
    } else if (form === timesForm.absent) times.fill(NaN)
    return times
  }

  /** Its memory is another's from now on. */
  release(): void {
    this.#parts = null
  }

  get #held(): Parts {
    if (this.#parts === null) throw new Error('A batch is read after it has been processed.')
    return this.#parts
  }
}
