/**
 * One sender and one receiver in two threads, order kept. Batches cost credit, in rows (a mark counts as one) and in bytes, which comes back
 * when the receiver has processed them. Control messages cost none and are sent at once; the receiver gets each where it was sent
 * among the batches. Neither end keeps its thread alive.
 */
import type { Rows } from './codec/batch-format.ts'
import type { ReceivedBatch } from './codec/batch-reader.ts'

/** Any plain object but a batch; it is copied as postMessage does. */
export interface Control {
  readonly type: string
}

export interface WireSender<C extends Control> {
  /** Whether a batch may be sent now. Where it may not, `wake` is called once it may. */
  hasCredit(): boolean
  /** @throws VALUE_NOT_TRANSFERABLE, and the batch is not sent */
  sendBatch(rows: Rows): void
  sendControl(message: C): void
  /** The receiver wants no more, or is gone: batches are dropped. When it becomes so, `wake` is called. */
  isClosed(): boolean
  /** What is sent from now on can be read by a receiver that begins with it. */
  forget(): void
  /** Ends the channel: the receiver finds it lost when it has taken what had been sent. */
  dispose(): void
}

export interface WireReceiver<C extends Control> {
  /** Where there is nothing, `wake` is called once there is. */
  take(): ReceivedBatch | C | undefined
  /** Gives back what the batch cost; it cannot be read any longer. */
  processed(batch: ReceivedBatch): void
  /** Wants no more batches, but still control messages. */
  close(): void
  /** The sender is gone, and all that it sent has been taken. */
  isLost(): boolean
  /** Ends the channel: the sender finds it closed. */
  dispose(): void
}

export interface Capacity {
  /** Rows that may be on the way before the sender has to wait; likewise bytes. The batch with which one of them is reached is still sent. */
  readonly rows: number
  readonly bytes: number
}

export const isBatch = <C extends Control>(message: ReceivedBatch | C): message is ReceivedBatch => message.type === 'batch'
