/** Records reduced to one: no function changes its arguments, so that what was before is simply kept. */
import type { ByteReader } from '../../state/byte-reader.ts'
import type { ByteWriter } from '../../state/byte-writer.ts'
import type { Cells } from './cells.ts'

export class ReduceCells implements Cells {
  readonly #fn: (a: unknown, b: unknown) => unknown
  readonly #values: unknown[] = []
  /** What the last `enter` replaced. */
  #before: unknown
  #hasOpened = false

  constructor(fn: (a: unknown, b: unknown) => unknown) {
    this.#fn = fn
  }

  get size(): number {
    return this.#values.length
  }

  enter(slot: number, record: unknown): void {
    this.#hasOpened = slot === this.#values.length
    if (this.#hasOpened) this.#values.push(record)
    else {
      const before = this.#values[slot]
      this.#before = before
      this.#values[slot] = this.#fn(before, record)
    }
  }

  undo(slot: number): boolean {
    if (this.#hasOpened) this.#values.length = slot
    else this.#values[slot] = this.#before
    return true
  }

  keep(): void {}

  result(slot: number): unknown {
    return this.#values[slot]
  }

  merge(slot: number, other: Cells, from: number): void {
    const theirs = (other as ReduceCells).#values[from]
    if (slot === this.#values.length) this.#values.push(theirs)
    else this.#values[slot] = this.#fn(this.#values[slot], theirs)
  }

  drop(slot: number): void {
    this.#values[slot] = undefined
  }

  cut(size: number): void {
    this.#values.length = size
  }

  write(writer: ByteWriter, slot: number): void {
    writer.value(this.#values[slot])
  }

  read(reader: ByteReader): void {
    this.#values.push(reader.value())
  }
}
