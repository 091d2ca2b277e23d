/** The other end of a `BufferSender`: reads batches where they lie, and sends their buffers back. */
import { receiveMessageOnPort } from 'node:worker_threads'
import type { MessagePort } from 'node:worker_threads'
import { BatchReader } from '../../../lib/workers/codec/batch-reader.ts'
import type { ReceivedBatch } from '../../../lib/workers/codec/batch-reader.ts'
import { Space } from '../../../lib/workers/codec/space.ts'
import type { Control, WireReceiver } from '../../../lib/workers/wire-channel.ts'

export class BufferReceiver<C extends Control> implements WireReceiver<C> {
  readonly #port: MessagePort
  readonly #wake: () => void
  readonly #reader: BatchReader
  /** What the event loop has brought; no more than the sender had credit for. */
  readonly #inbox: (ArrayBuffer | C)[] = []
  readonly #taken = new Map<ReceivedBatch, ArrayBuffer>()
  #isClosed = false
  #isAlone = false
  #isDisposed = false

  constructor(port: MessagePort, wake: () => void, reader: BatchReader = new BatchReader()) {
    this.#port = port
    this.#wake = wake
    this.#reader = reader
    port.on('message', (message: ArrayBuffer | C) => {
      this.#inbox.push(message)
      this.#wake()
    })
    port.on('close', () => {
      this.#isAlone = true
      if (!this.#isDisposed) this.#wake()
    })
    port.unref()
  }

  take(): ReceivedBatch | C | undefined {
    for (;;) {
      const message = this.#inbox.shift() ?? (receiveMessageOnPort(this.#port)?.message as ArrayBuffer | C | undefined)
      if (!(message instanceof ArrayBuffer)) return message
      if (this.#isClosed) continue
      const batch = this.#reader.read(new Space(message, false), 0)
      this.#taken.set(batch, message)
      return batch
    }
  }

  processed(batch: ReceivedBatch): void {
    const buffer = this.#taken.get(batch)
    if (buffer === undefined) return
    this.#taken.delete(batch)
    batch.release()
    this.#port.postMessage(buffer, [buffer])
  }

  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#port.postMessage(null)
  }

  isLost(): boolean {
    return this.#isAlone && this.#inbox.length === 0
  }

  dispose(): void {
    this.#isDisposed = true
    this.#isClosed = true
    this.#inbox.length = 0
    this.#taken.clear()
    this.#port.close()
  }
}
