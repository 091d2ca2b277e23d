/** A channel to another thread: the sender's end and the receiver's, over a MessagePort. Credit comes back as a number of rows. */
import type { MessagePort } from 'node:worker_threads'
import { hasCode, placed } from '../errors.ts'
import { decodeValue, encodeValue } from '../state/codec.ts'
import type { Batch, Message } from './batch.ts'
import type { ChannelEnds, Receiver, Sender } from './channel.ts'

const rowsOf = (message: Message): number => (message.type === 'batch' ? message.values.length + message.marks.length : 0)

type FromReceiver = number | 'closed'
/** A batch as bytes; what else there is on a channel is plain already. */
type Posted = Uint8Array<ArrayBuffer> | Exclude<Message, Batch>

/** @throws VALUE_NOT_TRANSFERABLE, naming the part that is not plain */
const encodeBatch = ({ values, times, keys, markAt, marks, origin }: Batch): Uint8Array<ArrayBuffer> => encodeValue({ records: values, times, keys, markAt, marks, origin })

const decodeBatch = (bytes: Uint8Array): Batch => {
  const { records, ...rest } = decodeValue(bytes) as Omit<Batch, 'type' | 'values'> & { readonly records: unknown[] }
  return { type: 'batch', values: records, ...rest }
}

export class PortSender implements Sender {
  private readonly port: MessagePort
  private readonly capacity: number
  private inFlight = 0
  private closed = false

  private readonly vertexId: string

  /** `capacity`: rows that may be on the way before the sender has to wait. `vertexId`: what sends, for errors. */
  constructor(port: MessagePort, capacity: number, vertexId: string, ends: ChannelEnds) {
    this.port = port
    this.capacity = capacity
    this.vertexId = vertexId
    port.on('message', (answer: FromReceiver) => {
      if (answer === 'closed') this.closed = true
      else {
        const had = this.hasCredit()
        this.inFlight -= answer
        if (had || !this.hasCredit()) return
      }
      ends.wakeSender()
    })
  }

  hasCredit(): boolean {
    return this.inFlight < this.capacity
  }

  isClosed(): boolean {
    return this.closed
  }

  send(message: Message): void {
    if (message.type !== 'batch') return this.port.postMessage(message satisfies Posted)
    try {
      const bytes = encodeBatch(message)
      this.inFlight += rowsOf(message)
      const isWhole = bytes.byteLength === bytes.buffer.byteLength
      this.port.postMessage(bytes satisfies Posted, isWhole ? [bytes.buffer] : [])
    } catch (error) {
      throw hasCode(error) ? placed(error, this.vertexId) : error
    }
  }

  dispose(): void {
    this.port.close()
  }
}

export class PortReceiver implements Receiver {
  private readonly port: MessagePort
  private readonly queue: Message[] = []
  private head = 0
  private closed = false

  constructor(port: MessagePort, ends: ChannelEnds) {
    this.port = port
    port.on('message', (posted: Posted) => {
      this.queue.push(posted instanceof Uint8Array ? decodeBatch(posted) : posted)
      ends.wakeReceiver()
    })
  }

  get waiting(): number {
    return this.queue.length - this.head
  }

  take(): Message | undefined {
    const message = this.queue[this.head]
    if (message === undefined) return undefined
    this.head++
    if (this.head === this.queue.length) {
      this.queue.length = 0
      this.head = 0
    }
    return message
  }

  processed(rows: number): void {
    if (rows > 0) this.port.postMessage(rows)
  }

  close(): void {
    if (this.closed) return
    this.closed = true
    this.port.postMessage('closed')
  }

  dispose(): void {
    this.port.close()
  }
}
