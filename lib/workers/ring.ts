/**
 * Memory of two threads: records one behind the other, written at one cursor and given back at the other. Cursors count units of 8 bytes and
 * run on for ever, modulo 2 ** 32.
 *
 * An end that finds nothing to do sets its alarm, looks once more, and is sent a message by the other end, which looks at the alarm after
 * each move of its cursor.
 */
import { Space } from './codec/space.ts'

const HEAD_BYTES = 512
/** Places of int32 in the head, a cache line for each group that one end alone writes. */
const place = {
  /** Sender: end of what can be read; messages posted. */
  written: 0,
  postedForward: 1,
  /** Receiver: end of what may be overwritten; rows and marks processed; messages posted; wants no more. */
  read: 32,
  rowsRead: 33,
  postedBack: 34,
  isClosed: 35,
  receiverAlarm: 64,
  /** Set by the sender, with how far the other cursor and the rows have to come. */
  senderAlarm: 96,
  senderWantsRead: 97,
  senderWantsRows: 98,
} as const

/** Of a record: its bytes, what it is. */
export const RECORD_HEAD_BYTES = 8

export const recordKind = {
  frame: 0,
  /** Of a frame for which there was no room in one piece; another follows. */
  piece: 1,
  lastPiece: 2,
  /** Nothing, up to the end of the memory. */
  filler: 3,
} as const

/** `bytes` is rounded up to a power of two. */
export const ringMemory = (bytes: number): SharedArrayBuffer => new SharedArrayBuffer(HEAD_BYTES + 2 ** Math.ceil(Math.log2(Math.max(bytes, 1_024))))

export class Ring {
  readonly space: Space
  /** Units in all. */
  readonly units: number
  readonly #head: Int32Array

  constructor(memory: SharedArrayBuffer) {
    this.space = new Space(memory, false)
    this.units = (memory.byteLength - HEAD_BYTES) >> 3
    this.#head = new Int32Array(memory, 0, HEAD_BYTES >> 2)
  }

  /** Byte of the memory at which the unit lies. */
  byteOf(unit: number): number {
    return HEAD_BYTES + 8 * (unit & (this.units - 1))
  }

  /** Units from this one to the end of the memory. */
  toEnd(unit: number): number {
    return this.units - (unit & (this.units - 1))
  }

  get written(): number {
    return Atomics.load(this.#head, place.written)
  }

  set written(unit: number) {
    Atomics.store(this.#head, place.written, unit)
  }

  get read(): number {
    return Atomics.load(this.#head, place.read)
  }

  get rowsRead(): number {
    return Atomics.load(this.#head, place.rowsRead)
  }

  gaveBack(unit: number, rows: number): void {
    Atomics.store(this.#head, place.rowsRead, rows)
    Atomics.store(this.#head, place.read, unit)
  }

  get isClosed(): boolean {
    return Atomics.load(this.#head, place.isClosed) === 1
  }

  close(): void {
    Atomics.store(this.#head, place.isClosed, 1)
  }

  /** Messages that the sender, or the receiver, has posted. */
  posted(isForward: boolean): number {
    return Atomics.load(this.#head, isForward ? place.postedForward : place.postedBack)
  }

  hasPosted(isForward: boolean): void {
    Atomics.add(this.#head, isForward ? place.postedForward : place.postedBack, 1)
  }

  setReceiverAlarm(): void {
    Atomics.store(this.#head, place.receiverAlarm, 1)
  }

  /** It is set, and has not gone off. */
  get hasReceiverAlarm(): boolean {
    return Atomics.load(this.#head, place.receiverAlarm) === 1
  }

  /** Whether the receiver has to be sent a message now. */
  takeReceiverAlarm(): boolean {
    return this.hasReceiverAlarm && Atomics.exchange(this.#head, place.receiverAlarm, 0) === 1
  }

  /** To be sent a message when the cursor of the receiver and its rows have come so far. */
  setSenderAlarm(read: number, rows: number): void {
    Atomics.store(this.#head, place.senderWantsRead, read)
    Atomics.store(this.#head, place.senderWantsRows, rows)
    Atomics.store(this.#head, place.senderAlarm, 1)
  }

  takeSenderAlarm(isAnyway: boolean): boolean {
    const head = this.#head
    if (Atomics.load(head, place.senderAlarm) === 0) return false
    const isThere = ((this.read - Atomics.load(head, place.senderWantsRead)) | 0) >= 0 && ((this.rowsRead - Atomics.load(head, place.senderWantsRows)) | 0) >= 0
    return (isThere || isAnyway) && Atomics.exchange(head, place.senderAlarm, 0) === 1
  }
}
