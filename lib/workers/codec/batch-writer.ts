/** Writes batches as frames. What a frame tells of types, words and origin is not told again: frames are read in the order in which they were written. */
import { batchFlag, BATCH_HEAD_BYTES, timesForm } from './batch-format.ts'
import type { Rows } from './batch-format.ts'
import type { ClonedInstances } from './cloned-instances.ts'
import { aligned } from './space.ts'
import type { Space } from './space.ts'
import { TableWriter } from './table-writer.ts'
import { writeTexts } from './text-block.ts'

/** Compiling costs about as much as walking so many rows. */
export const COMPILED_AFTER_ROWS = 2_000

export class BatchWriter {
  readonly #keys: TableWriter
  readonly #values: TableWriter
  #origin: string | null = null

  /** `compiledAfterRows`: of one type. `instances`: null where those of classes are refused. */
  constructor(compiledAfterRows: number = COMPILED_AFTER_ROWS, instances: ClonedInstances | null = null) {
    this.#keys = new TableWriter(compiledAfterRows, null)
    this.#values = new TableWriter(compiledAfterRows, instances)
  }

  /**
   * Writes `rows` at byte `at` of `space`, a multiple of 8; returns where the frame ends, likewise a multiple.
   * @throws VALUE_NOT_TRANSFERABLE, or `full`; then the next frame is written as if this one had not been tried
   */
  write(rows: Rows, space: Space, at: number): number {
    const { values, times, keys, hashes, markAt, marks, origin } = rows
    let to = at + BATCH_HEAD_BYTES
    space.reserve(to + 8 * times.length + 8 + 12 * marks.length + 8 + 4 * values.length + 8)
    let flags = 0
    if (origin !== this.#origin) {
      flags |= batchFlag.hasOrigin
      to = writeTexts(space, to, [origin])
      space.reserve(to + 8 * times.length + 8 + 12 * marks.length + 8 + 4 * values.length + 8)
    }
    const form = writeTimes(times, space, to)
    to = endOfTimes(form, to, times.length)
    space.i4.set(markAt, to >> 2)
    to = aligned(to + 4 * markAt.length)
    space.f8.set(marks, to >> 3)
    to += 8 * marks.length
    if (hashes !== null) {
      flags |= batchFlag.hasHashes
      space.i4.set(hashes, to >> 2)
      to = aligned(to + 4 * hashes.length)
    }
    if (keys.length > 0) {
      flags |= batchFlag.hasKeys
      to = this.#keys.write(keys, space, to)
    }
    if (values.length > 0) {
      flags |= batchFlag.hasValues
      to = this.#values.write(values, space, to)
    }
    const { i4 } = space
    const head = at >> 2
    i4[head] = to - at
    i4[head + 1] = flags
    i4[head + 2] = values.length
    i4[head + 3] = marks.length
    i4[head + 4] = form
    if (keys.length > 0) this.#keys.sent()
    if (values.length > 0) this.#values.sent()
    this.#origin = origin
    return to
  }

  /** The next frame, and those behind it, can be read by one who has read none before: for a receiver that begins in the middle. */
  forget(): void {
    this.#keys.forget()
    this.#values.forget()
    this.#origin = null
  }
}

const writeTimes = (times: readonly number[], { i4, f8 }: Space, at: number): number => {
  const count = times.length
  if (count === 0) return timesForm.none
  const first = times[0]!
  if (Number.isNaN(first) && times.every(Number.isNaN)) return timesForm.absent
  f8[at >> 3] = first
  const distances = (at >> 2) + 2
  let i = 0
  for (; i < count; i++) {
    const time = times[i]!
    const distance = time - first
    // Zero is left out, as the sum would not tell it from −0.
    if ((distance | 0) !== distance || first + distance !== time || time === 0) break
    i4[distances + i] = distance
  }
  if (i === count) return timesForm.distances
  f8.set(times, at >> 3)
  return timesForm.doubles
}

/** Where the times end that begin at `at`. */
export const endOfTimes = (form: number, at: number, rows: number): number => {
  switch (form) {
    case timesForm.distances:
      return aligned(at + 8 + 4 * rows)
    case timesForm.doubles:
      return at + 8 * rows
    default:
      return at
  }
}
