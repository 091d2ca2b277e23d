/** Writes batches straight into memory that the receiver reads; how far its cursor has come is the credit. Control messages go by a port. */
import type { Port } from '../env/threads.ts'
import { BATCH_HEAD_BYTES, creditOf } from './codec/batch-format.ts'
import type { Rows } from './codec/batch-format.ts'
import { BatchWriter } from './codec/batch-writer.ts'
import { full, Space } from './codec/space.ts'
import { Ring, recordKind, RECORD_HEAD_BYTES } from './ring.ts'
import type { Sent, SentLog } from './sent-log.ts'
import type { Control, WireSender } from './wire-channel.ts'

/** What a control message is wrapped in: how many batches were sent before it. */
export interface Placed<C> {
  readonly after: number
  readonly message: C
}

export class RingSender<C extends Control> implements WireSender<C> {
  readonly #port: Port
  readonly #ring: Ring
  readonly #rowsMax: number
  readonly #wake: () => void
  readonly #writer: BatchWriter
  readonly #log: SentLog<C> | null
  /** Frames which did not fit into the ring in one piece: what is left of them. */
  readonly #left: Uint8Array[] = []
  #written = 0
  #rows = 0
  #batches = 0
  #heard = 0
  /** Free units in one piece that a batch is likely to need. */
  #needed = BATCH_HEAD_BYTES
  #isGone = false
  #isWaiting = false
  /** The actor has been woken to see that the channel is closed. */
  #isTold = false

  constructor(port: Port, memory: SharedArrayBuffer, rowsMax: number, wake: () => void, writer: BatchWriter = new BatchWriter(), log: SentLog<C> | null = null) {
    this.#port = port
    this.#ring = new Ring(memory)
    this.#rowsMax = rowsMax
    this.#wake = wake
    this.#writer = writer
    this.#log = log
    port.listen(
      () => {
        this.#heard = (this.#heard + 1) | 0
        this.#look()
      },
      () => {
        this.#isGone = true
        this.#look()
      },
    )
  }

  hasCredit(): boolean {
    this.#isWaiting = false
    if (this.#hasRoom()) return true
    while (this.#heard !== this.#ring.posted(false) && this.#port.receive() !== undefined) this.#heard = (this.#heard + 1) | 0
    return !this.#wait()
  }

  sendBatch(rows: Rows): void {
    if (this.isClosed()) return
    const credit = creditOf(rows.values.length, rows.marks.length)
    if (this.#left.length > 0 || !this.#writeWhole((space, at) => this.#writer.write(rows, space, at), credit)) this.#writeInPieces(rows, credit)
    this.#hasSent(credit)
  }

  /** Sends again what was kept. The receiver is one that begins where it begins. */
  resend(sent: Sent<C>): void {
    if (this.isClosed()) return
    if ('control' in sent) return this.sendControl(sent.control)
    const { frame, rows } = sent
    const copied = (space: Space, at: number): number => {
      space.reserve(at + frame.length)
      space.u1.set(frame, at)
      return at + frame.length
    }
    if (this.#left.length > 0 || !this.#writeWhole(copied, rows)) this.#leave(frame, rows)
    this.#hasSent(rows)
  }

  #hasSent(rows: number): void {
    this.#rows = (this.#rows + rows) | 0
    this.#batches++
    this.#rouse()
  }

  sendControl(message: C): void {
    if (this.#isGone) return
    this.#log?.control(message)
    this.#post({ after: this.#batches, message } satisfies Placed<C>)
  }

  isClosed(): boolean {
    return this.#isGone || this.#ring.isClosed
  }

  forget(): void {
    this.#writer.forget()
  }

  dispose(): void {
    this.#isGone = true
    this.#isTold = true
    this.#isWaiting = false
    this.#left.length = 0
    this.#port.close()
  }

  /** A message came: there may be room again, or the receiver is gone. */
  #look(): void {
    if (this.isClosed() && !this.#isTold) {
      this.#isTold = true
      return this.#wake()
    }
    this.#pumpOn()
    if (!this.#isWaiting || this.#wait()) return
    this.#wake()
  }

  /** False: there is room. */
  #wait(): boolean {
    this.#isWaiting = false
    if (this.#hasRoom()) return false
    this.#setAlarm()
    // It may have come before the alarm was set.
    this.#isWaiting = !this.#hasRoom()
    return this.#isWaiting
  }

  /** Half of what is on the way has to be processed first: the two threads are not to wake each other for every batch. */
  #setAlarm(): void {
    const { read, rowsRead } = this.#ring
    // Rows of a batch that is not all there cannot be processed.
    const rows = this.#left.length > 0 ? rowsRead : (rowsRead + (((this.#rows - rowsRead) | 0) >> 1)) | 0
    this.#ring.setSenderAlarm((read + (((this.#written - read) | 0) >> 1)) | 0, rows)
  }

  #hasRoom(): boolean {
    if (this.isClosed()) return true
    this.#pumpOn()
    if (this.#left.length > 0 || ((this.#rows - this.#ring.rowsRead) | 0) >= this.#rowsMax) return false
    const free = this.#free
    const toEnd = this.#ring.toEnd(this.#written)
    return Math.max(Math.min(free, toEnd), free - toEnd) >= Math.min(this.#needed, this.#ring.units >> 2)
  }

  /** Units that may be written. */
  get #free(): number {
    return this.#ring.units - ((this.#written - this.#ring.read) | 0)
  }

  /** `write` puts the frame at a place and returns where it ends. False, and nothing written, where there is no room for it in one piece. */
  #writeWhole(write: (space: Space, at: number) => number, rows: number): boolean {
    const ring = this.#ring
    const { space } = ring
    const toEnd = ring.toEnd(this.#written)
    let free = this.#free
    if (toEnd < this.#needed && free - toEnd > toEnd) {
      this.#head(this.#written, 8 * toEnd - RECORD_HEAD_BYTES, recordKind.filler)
      this.#written = (this.#written + toEnd) | 0
      free -= toEnd
    }
    const at = ring.byteOf(this.#written)
    const room = Math.min(free, ring.toEnd(this.#written))
    if (room < 2) return false
    space.limit = at + 8 * room
    try {
      const end = write(space, at + RECORD_HEAD_BYTES)
      this.#log?.frame(space.u1.subarray(at + RECORD_HEAD_BYTES, end), rows)
      this.#head(this.#written, end - at - RECORD_HEAD_BYTES, recordKind.frame)
      const units = (end - at) >> 3
      // A little more than the last one, and falling slowly.
      this.#needed = Math.max(units + (units >> 3), this.#needed - (this.#needed >> 3))
      this.#written = (this.#written + units) | 0
      return true
    } catch (error) {
      if (error !== full) throw error
      return false
    } finally {
      ring.written = this.#written
    }
  }

  #writeInPieces(rows: Rows, credit: number): void {
    const space = new Space(new ArrayBuffer(16 * this.#needed), true)
    const end = this.#writer.write(rows, space, 0)
    this.#leave(space.u1.subarray(0, end), credit)
  }

  /** What there is room for goes now, the rest when there is. */
  #leave(frame: Uint8Array, rows: number): void {
    this.#log?.frame(frame, rows)
    this.#needed = Math.max(this.#needed, frame.length >> 3)
    this.#left.push(frame)
    this.#pumpOn()
  }

  /** Writes as much of what is left as there is room for, and is woken for the rest. */
  #pumpOn(): void {
    while (this.#left.length > 0 && !this.#isGone) {
      if (this.#pump()) continue
      this.#setAlarm()
      if (!this.#pump()) return
    }
  }

  /** False where there is no room. */
  #pump(): boolean {
    const ring = this.#ring
    const { u1 } = ring.space
    const before = this.#written
    for (let bytes = this.#left[0]; bytes !== undefined; bytes = this.#left[0]) {
      const room = Math.min(this.#free, ring.toEnd(this.#written))
      if (room < 2) {
        if (room === 0 || this.#free < 3) break
        this.#head(this.#written, 0, recordKind.filler)
        this.#written = (this.#written + 1) | 0
        continue
      }
      const length = Math.min(bytes.length, 8 * room - RECORD_HEAD_BYTES)
      const isLast = length === bytes.length
      this.#head(this.#written, length, isLast ? recordKind.lastPiece : recordKind.piece)
      u1.set(bytes.subarray(0, length), ring.byteOf(this.#written) + RECORD_HEAD_BYTES)
      this.#written = (this.#written + ((RECORD_HEAD_BYTES + length) >> 3)) | 0
      if (isLast) this.#left.shift()
      else this.#left[0] = bytes.subarray(length)
    }
    if (this.#written === before) return false
    ring.written = this.#written
    this.#rouse()
    return true
  }

  #head(unit: number, bytes: number, kind: number): void {
    const at = this.#ring.byteOf(unit) >> 2
    const { i4 } = this.#ring.space
    i4[at] = bytes
    i4[at + 1] = kind
  }

  #rouse(): void {
    if (this.#ring.takeReceiverAlarm()) this.#post(null)
  }

  #post(message: Placed<C> | null): void {
    this.#port.post(message)
    this.#ring.hasPosted(true)
  }
}
