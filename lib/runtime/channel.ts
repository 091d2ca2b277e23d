/**
 * One sender, one receiver, order kept, credit counted in rows. Here between two actors of one thread; `far-channel.ts` leads to another.
 *
 * Credit is taken when a batch is sent and comes back when the receiver has processed it. Control messages need none: of each kind
 * there is at most one on the way.
 */
import { rowsOf } from './batch.ts'
import type { Batch, Message } from './batch.ts'

export interface Sender {
  /** Rows of a batch that it is worth to send at once. */
  readonly batchRows: number
  /** Instances of classes that were sent as plain objects. */
  readonly cloned: number
  /** Whether a batch may be sent now. */
  hasCredit(): boolean
  send(message: Message): void
  /** The receiver wants no more: batches sent from now on are dropped by it, and return their credit. */
  isClosed(): boolean
}

export interface Receiver {
  /** Messages that wait. */
  readonly waiting: number
  take(): Message | undefined
  /** Gives back the credit of a batch that has been processed. */
  processed(batch: Batch): void
  close(): void
}

export interface ChannelEnds {
  /** Something can be taken. */
  wakeReceiver(): void
  /** Credit came back, or the receiver closed. */
  wakeSender(): void
}

/** Messages taken that are still at the front of the queue, at most. */
const TAKEN_MAX = 16

export class LocalChannel implements Sender, Receiver {
  private readonly queue: Message[] = []
  private head = 0
  private inFlight = 0
  private closed = false
  readonly batchRows: number
  readonly cloned = 0
  private readonly capacity: number
  private readonly ends: ChannelEnds

  /** `capacity`: rows that may be on the way before the sender has to wait. */
  constructor(batchRows: number, capacity: number, ends: ChannelEnds) {
    this.batchRows = batchRows
    this.capacity = capacity
    this.ends = ends
  }

  get waiting(): number {
    return this.queue.length - this.head
  }

  hasCredit(): boolean {
    return this.inFlight < this.capacity
  }

  send(message: Message): void {
    if (message.type === 'batch') this.inFlight += rowsOf(message)
    this.queue.push(message)
    this.ends.wakeReceiver()
  }

  isClosed(): boolean {
    return this.closed
  }

  take(): Message | undefined {
    const message = this.queue[this.head]
    if (message === undefined) return undefined
    this.head++
    // A queue that is never empty, as under back-pressure, is not to keep what has been taken.
    if (this.head === this.queue.length || this.head === TAKEN_MAX) {
      this.queue.splice(0, this.head)
      this.head = 0
    }
    return message
  }

  processed(batch: Batch): void {
    const had = this.hasCredit()
    this.inFlight -= rowsOf(batch)
    if (!had && this.hasCredit()) this.ends.wakeSender()
  }

  close(): void {
    if (this.closed) return
    this.closed = true
    this.ends.wakeSender()
  }
}
