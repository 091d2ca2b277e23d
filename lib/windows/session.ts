/** One session of one key: where it lies in time, and where its accumulator lies. */
import type { Window } from '../api/stream.ts'
import type { ByteReader } from '../state/byte-reader.ts'
import type { ByteWriter } from '../state/byte-writer.ts'
import type { DueItem } from './due-queue.ts'
import type { FiringWindow } from './firing.ts'
import type { FoldTable } from './fold-layout.ts'

export class Session implements DueItem, FiringWindow {
  readonly key: unknown
  start: number
  end: number
  /** Arrival of the record that opened it; of a merged one, of its part that arrived first. */
  seq: number
  table: FoldTable
  slot: number
  firings = 0
  /** Its end is over: it waits for late records. */
  isFired = false
  dueEnd: number
  dueStart: number
  dueSeq: number
  place = 0
  readonly size = 1
  #window: Window | null = null

  constructor(key: unknown, { start, end }: Window, seq: number, table: FoldTable, slot: number) {
    this.key = key
    this.start = start
    this.end = end
    this.seq = seq
    this.table = table
    this.slot = slot
    this.dueEnd = end
    this.dueStart = start
    this.dueSeq = seq
  }

  /** As it is now. */
  get window(): Window {
    if (this.#window?.start !== this.start || this.#window.end !== this.end) this.#window = { start: this.start, end: this.end }
    return this.#window
  }

  keyAt(): unknown {
    return this.key
  }

  resultAt(_slot: number, isLast: boolean): unknown {
    return this.table.result(this.slot, isLast)
  }

  firingsAt(): number {
    return this.firings
  }

  countFiring(): void {
    this.firings++
  }

  /** Whether a queue has it where it belongs. */
  get isDueAsQueued(): boolean {
    return this.dueEnd === this.end && this.dueStart === this.start && this.dueSeq === this.seq
  }

  setDue(): void {
    this.dueEnd = this.end
    this.dueStart = this.start
    this.dueSeq = this.seq
  }

  moveTo(table: FoldTable, slot: number): void {
    this.table.drop(this.slot)
    this.table = table
    this.slot = slot
  }

  /** Takes over what is known of another one whose accumulator has been merged into this one's. */
  absorb(other: Session): void {
    other.table.drop(other.slot)
    this.seq = Math.min(this.seq, other.seq)
    this.firings = Math.max(this.firings, other.firings)
  }

  write(writer: ByteWriter): void {
    writer.f64(this.start)
    writer.f64(this.end)
    writer.f64(this.seq)
    writer.varint(this.firings)
    writer.value(this.key)
    this.table.write(writer, this.slot)
  }

  static read(reader: ByteReader, table: FoldTable): Session {
    const window = { start: reader.f64(), end: reader.f64() }
    const seq = reader.f64()
    const firings = reader.varint()
    const session = new Session(reader.value(), window, seq, table, table.read(reader))
    session.firings = firings
    return session
  }
}

/** The place of the first session that ends at `time` or later; the last ones are tried first, as that is where records mostly go. */
export const firstEndingFrom = (sessions: readonly Session[], time: number): number => {
  let low = 0
  let high = sessions.length
  if (high > 0 && sessions[high - 1]!.end < time) return high
  while (low < high) {
    const middle = (low + high) >> 1
    if (sessions[middle]!.end < time) low = middle + 1
    else high = middle
  }
  return low
}
