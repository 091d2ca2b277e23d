/** The other end of a `RingSender`: reads batches where they lie in the ring, and moves its cursor when they have been processed. */
import type { Port } from '../env/threads.ts'
import { creditOf } from './codec/batch-format.ts'
import { BatchReader } from './codec/batch-reader.ts'
import type { ReceivedBatch } from './codec/batch-reader.ts'
import { Space } from './codec/space.ts'
import { Ring, recordKind, RECORD_HEAD_BYTES } from './ring.ts'
import type { Placed } from './ring-sender.ts'
import type { Control, WireReceiver } from './wire-channel.ts'

/** A record that has been read and may not be overwritten yet. */
interface Held {
  /** Null: it has been processed. */
  batch: ReceivedBatch | null
  readonly end: number
  readonly rows: number
}

export class RingReceiver<C extends Control> implements WireReceiver<C> {
  readonly #port: Port
  readonly #ring: Ring
  readonly #wake: () => void
  readonly #reader: BatchReader
  readonly #controls: Placed<C>[] = []
  readonly #held: Held[] = []
  /** What has come of a frame in pieces. */
  #pieces: Space | null = null
  #piecesBytes = 0
  #read = 0
  #rows = 0
  #batches = 0
  #heard = 0
  #isAlone = false
  #isDisposed = false

  constructor(port: Port, memory: SharedArrayBuffer, wake: () => void, reader: BatchReader = new BatchReader()) {
    this.#port = port
    this.#ring = new Ring(memory)
    this.#wake = wake
    this.#reader = reader
    port.listen(
      (message) => {
        this.#hear(message as Placed<C> | null)
        this.#wake()
      },
      () => {
        this.#isAlone = true
        if (!this.#isDisposed) this.#wake()
      },
    )
    this.#ring.setReceiverAlarm()
  }

  take(): ReceivedBatch | C | undefined {
    for (;;) {
      const found = this.#next()
      if (found !== undefined) return found
      // Where the alarm has gone off since it was set, what it told of may have been taken already, and the message with it.
      if (this.#ring.hasReceiverAlarm) return undefined
      this.#ring.setReceiverAlarm()
    }
  }

  processed(batch: ReceivedBatch): void {
    const held = this.#held.find((one) => one.batch === batch)
    if (held === undefined) return
    held.batch = null
    batch.release()
    this.#giveBack()
  }

  close(): void {
    if (this.#ring.isClosed) return
    this.#ring.close()
    this.#ring.takeSenderAlarm(true)
    this.#rouse()
  }

  isLost(): boolean {
    // What was sent behind a batch of which only a part has come will never have its turn.
    const isOver = this.#controls.length === 0 || this.#controls[0]!.after > this.#batches
    return this.#isAlone && isOver && this.#read === this.#ring.written
  }

  dispose(): void {
    this.#isDisposed = true
    this.#controls.length = 0
    this.#held.length = 0
    this.#pieces = null
    this.#ring.close()
    this.#port.close()
  }

  #next(): ReceivedBatch | C | undefined {
    for (;;) {
      // In this order: what was posted before a record was written has been posted when the record is seen.
      const { written } = this.#ring
      this.#listen()
      if (this.#controls.length > 0 && this.#controls[0]!.after <= this.#batches) return this.#controls.shift()!.message
      if (this.#isDisposed || this.#read === written) return undefined
      const batch = this.#takeRecord()
      if (batch !== null) return batch
    }
  }

  /** Null: the record was none that ends a frame, or the batch is not wanted. */
  #takeRecord(): ReceivedBatch | null {
    const ring = this.#ring
    const at = ring.byteOf(this.#read)
    const bytes = ring.space.i4[at >> 2]!
    const kind = ring.space.i4[(at >> 2) + 1]!
    const from = at + RECORD_HEAD_BYTES
    this.#read = (this.#read + ((RECORD_HEAD_BYTES + bytes) >> 3)) | 0
    if (kind === recordKind.filler) return this.#hold(null)
    if (kind === recordKind.frame) return this.#takeFrame(ring.space, from)
    this.#pieces ??= new Space(new ArrayBuffer(8 * ring.units), true)
    this.#pieces.reserve(this.#piecesBytes + bytes)
    this.#pieces.u1.set(ring.space.u1.subarray(from, from + bytes), this.#piecesBytes)
    this.#piecesBytes += bytes
    if (kind === recordKind.piece) return this.#hold(null)
    const space = this.#pieces
    this.#pieces = null
    this.#piecesBytes = 0
    return this.#takeFrame(space, 0)
  }

  #takeFrame(space: Space, at: number): ReceivedBatch | null {
    this.#batches++
    return this.#hold(this.#ring.isClosed ? null : this.#reader.read(space, at))
  }

  #hold(batch: ReceivedBatch | null): ReceivedBatch | null {
    this.#held.push({ batch, end: this.#read, rows: batch === null ? 0 : creditOf(batch.length, batch.marks.length) })
    if (batch === null) this.#giveBack()
    return batch
  }

  /** Moves the cursor over all that has been processed from the front. */
  #giveBack(): void {
    let end: number | null = null
    while (this.#held.length > 0 && this.#held[0]!.batch === null) {
      const held = this.#held.shift()!
      end = held.end
      this.#rows = (this.#rows + held.rows) | 0
    }
    if (end === null) return
    this.#ring.gaveBack(end, this.#rows)
    if (this.#ring.takeSenderAlarm(false)) this.#rouse()
  }

  /** Takes in what has been posted without waiting for the event loop. */
  #listen(): void {
    while (this.#heard !== this.#ring.posted(true)) {
      const got = this.#port.receive()
      if (got === undefined) break
      this.#hear(got.message as Placed<C> | null)
    }
  }

  #hear(message: Placed<C> | null): void {
    this.#heard = (this.#heard + 1) | 0
    if (message !== null) this.#controls.push(message)
  }

  #rouse(): void {
    this.#port.post(null)
    this.#ring.hasPosted(false)
  }
}
