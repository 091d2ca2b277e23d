/** A channel to another thread: batches as columns in a ring of shared memory, the rest by a port. */
import type { Port, RawEnd, Threads } from '../env/threads.ts'
import { hasCode, placed } from '../errors.ts'
import { BatchWriter } from '../workers/codec/batch-writer.ts'
import { ClonedInstances } from '../workers/codec/cloned-instances.ts'
import type { ReceivedBatch } from '../workers/codec/batch-reader.ts'
import { ringMemory } from '../workers/ring.ts'
import { RingReceiver } from '../workers/ring-receiver.ts'
import { RingSender } from '../workers/ring-sender.ts'
import { isBatch } from '../workers/wire-channel.ts'
import type { Batch, Message, RowColumns } from './batch.ts'
import type { ChannelEnds, Receiver, Sender } from './channel.ts'
import type { FarTuning } from './region-part.ts'

type ControlMessage = Exclude<Message, Batch>

/** What a thread is given of a channel. */
export interface FarEnd {
  readonly port: RawEnd
  readonly memory: SharedArrayBuffer
}

export class FarSender implements Sender {
  readonly batchRows: number
  readonly #ring: RingSender<ControlMessage>
  readonly #vertexId: string
  readonly #instances: ClonedInstances | null

  /** `vertexId`: what sends, for errors. */
  constructor(port: Port, memory: SharedArrayBuffer, { batchRows, channelRows, clonesInstances }: FarTuning, vertexId: string, ends: ChannelEnds) {
    this.batchRows = batchRows
    this.#instances = clonesInstances ? new ClonedInstances() : null
    this.#ring = new RingSender(port, memory, channelRows, () => ends.wakeSender(), new BatchWriter(undefined, this.#instances))
    this.#vertexId = vertexId
  }

  get cloned(): number {
    return this.#instances?.count ?? 0
  }

  hasCredit(): boolean {
    return this.#ring.hasCredit()
  }

  isClosed(): boolean {
    return this.#ring.isClosed()
  }

  /** @throws VALUE_NOT_TRANSFERABLE, naming the part that is not plain */
  send(message: Message): void {
    if (message.type !== 'batch') return this.#sendControl(message)
    const { values, times, keys, markAt, marks, origin } = message
    try {
      this.#ring.sendBatch({ values, times, keys, hashes: null, markAt, marks, origin })
    } catch (error) {
      throw hasCode(error) ? placed(error, this.#vertexId) : error
    }
  }

  #sendControl(message: ControlMessage): void {
    // What is kept from a barrier on can be read without what came before it.
    if (message.type === 'barrier') this.#ring.forget()
    this.#ring.sendControl(message)
  }

  dispose(): void {
    this.#ring.dispose()
  }
}

export class FarReceiver implements Receiver {
  readonly #ring: RingReceiver<ControlMessage>
  /** Taken from the ring, and not by the actor yet. */
  #next: Message | undefined

  constructor(port: Port, memory: SharedArrayBuffer, ends: ChannelEnds) {
    this.#ring = new RingReceiver(port, memory, () => ends.wakeReceiver())
  }

  get waiting(): number {
    this.#next ??= this.#taken()
    return this.#next === undefined ? 0 : 1
  }

  take(): Message | undefined {
    const message = this.#next ?? this.#taken()
    this.#next = undefined
    return message
  }

  #taken(): Message | undefined {
    const message = this.#ring.take()
    return message !== undefined && isBatch(message) ? new FarBatch(message) : message
  }

  processed(batch: Batch): void {
    this.#ring.processed((batch as FarBatch).received)
  }

  close(): void {
    this.#ring.close()
  }

  dispose(): void {
    this.#ring.dispose()
  }
}

/** A batch that lies in shared memory: its rows are made when they are asked for. */
class FarBatch implements Batch {
  readonly type = 'batch'
  readonly received: ReceivedBatch
  #values: unknown[] | null = null
  #times: number[] | null = null
  #keys: unknown[] | null = null

  constructor(received: ReceivedBatch) {
    this.received = received
  }

  get length(): number {
    return this.received.length
  }

  get markAt(): number[] {
    return this.received.markAt
  }

  get marks(): number[] {
    return this.received.marks
  }

  get origin(): string {
    return this.received.origin
  }

  get columns(): RowColumns | null {
    return this.received.columns()
  }

  get values(): unknown[] {
    return (this.#values ??= this.received.rows())
  }

  get times(): number[] {
    return (this.#times ??= this.received.times())
  }

  get keys(): unknown[] {
    return (this.#keys ??= this.received.keys())
  }
}

export const farSender = (threads: Threads, { port, memory }: FarEnd, tuning: FarTuning, vertexId: string, ends: ChannelEnds): FarSender => new FarSender(threads.port(port), memory, tuning, vertexId, ends)

export const farReceiver = (threads: Threads, { port, memory }: FarEnd, ends: ChannelEnds): FarReceiver => new FarReceiver(threads.port(port), memory, ends)

/** Two ends of a channel between threads. */
export const farPair = (threads: Threads, bytes: number): readonly [FarEnd, FarEnd] => {
  const [one, other] = threads.pair()
  const memory = ringMemory(bytes)
  return [
    { port: one, memory },
    { port: other, memory },
  ]
}
