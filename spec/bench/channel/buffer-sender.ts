/** Sends batches in ArrayBuffers that move to the other thread and come back when they have been processed: each returning one is its credit. */
import { receiveMessageOnPort } from 'node:worker_threads'
import type { MessagePort } from 'node:worker_threads'
import { BATCH_HEAD_BYTES, creditOf } from '../../../lib/workers/codec/batch-format.ts'
import type { Rows } from '../../../lib/workers/codec/batch-format.ts'
import { BatchWriter } from '../../../lib/workers/codec/batch-writer.ts'
import { aligned, Space } from '../../../lib/workers/codec/space.ts'
import type { Capacity, Control, WireSender } from '../../../lib/workers/wire-channel.ts'

/** A new buffer is a little larger than the last frame, unless that was one of few. */
const SPARE = 1.25
const FRAMES_IN_CAPACITY_MIN = 8
const BUFFER_BYTES_MIN = 1_024

export class BufferSender<C extends Control> implements WireSender<C> {
  readonly #port: MessagePort
  readonly #capacity: Capacity
  readonly #wake: () => void
  readonly #writer: BatchWriter
  /** Buffers that came back; of no more than `capacity.bytes`. */
  readonly #idle: ArrayBuffer[] = []
  #idleBytes = 0
  #rows = 0
  #bytes = 0
  #lastBytes = BATCH_HEAD_BYTES
  #isClosed = false
  #isWaiting = false

  constructor(port: MessagePort, capacity: Capacity, wake: () => void, writer: BatchWriter = new BatchWriter()) {
    this.#port = port
    this.#capacity = capacity
    this.#wake = wake
    this.#writer = writer
    port.on('message', (message: unknown) => {
      this.#heard(message)
      this.#wakeIfWaiting()
    })
    port.on('close', () => {
      this.#close()
      this.#wakeIfWaiting()
    })
    port.unref()
  }

  hasCredit(): boolean {
    this.#isWaiting = false
    if (!this.#hasRoom) this.#listen()
    this.#isWaiting = !this.#hasRoom
    return !this.#isWaiting
  }

  sendBatch(rows: Rows): void {
    if (this.#isClosed) return
    if (this.#idle.length === 0) this.#listen()
    const idle = this.#idle.pop()
    if (idle !== undefined) this.#idleBytes -= idle.byteLength
    const space = new Space(idle ?? new ArrayBuffer(aligned(Math.max(BUFFER_BYTES_MIN, SPARE * this.#lastBytes))), true)
    this.#lastBytes = Math.min(this.#writer.write(rows, space, 0), this.#capacity.bytes / FRAMES_IN_CAPACITY_MIN)
    const buffer = space.buffer as ArrayBuffer
    this.#rows += creditOf(rows.values.length, rows.marks.length)
    this.#bytes += buffer.byteLength
    this.#port.postMessage(buffer, [buffer])
  }

  sendControl(message: C): void {
    this.#port.postMessage(message)
  }

  isClosed(): boolean {
    if (!this.#isClosed) this.#listen()
    return this.#isClosed
  }

  forget(): void {
    this.#writer.forget()
  }

  dispose(): void {
    this.#close()
    this.#isWaiting = false
    this.#port.close()
  }

  get #hasRoom(): boolean {
    return this.#isClosed || (this.#rows < this.#capacity.rows && this.#bytes < this.#capacity.bytes)
  }

  /** Takes in what has come without waiting for the event loop, which will not hear of it any more. */
  #listen(): void {
    for (let got = receiveMessageOnPort(this.#port); got !== undefined; got = receiveMessageOnPort(this.#port)) this.#heard(got.message)
    this.#wakeIfWaiting()
  }

  #heard(message: unknown): void {
    if (!(message instanceof ArrayBuffer)) return this.#close()
    const [, , rows, marks] = new Int32Array(message, 0, 4)
    this.#rows -= creditOf(rows!, marks!)
    this.#bytes -= message.byteLength
    this.#keep(message)
  }

  #keep(buffer: ArrayBuffer): void {
    if (this.#isClosed || this.#idleBytes + buffer.byteLength > this.#capacity.bytes) return
    this.#idle.push(buffer)
    this.#idleBytes += buffer.byteLength
  }

  #close(): void {
    this.#isClosed = true
    this.#idle.length = 0
    this.#idleBytes = 0
  }

  #wakeIfWaiting(): void {
    if (!this.#isWaiting || !this.#hasRoom) return
    this.#isWaiting = false
    this.#wake()
  }
}
