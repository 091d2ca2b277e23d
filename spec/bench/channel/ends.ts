/** The ways from one thread to another that are compared, behind one interface. */
import { receiveMessageOnPort } from 'node:worker_threads'
import type { MessagePort } from 'node:worker_threads'
import type { Rows } from '../../../lib/workers/codec/batch-format.ts'
import { BufferReceiver } from './buffer-receiver.ts'
import { BufferSender } from './buffer-sender.ts'
import { threadPort } from '../../../lib/workers/port.ts'
import { RingReceiver } from '../../../lib/workers/ring-receiver.ts'
import { RingSender } from '../../../lib/workers/ring-sender.ts'
import type { Control, WireReceiver, WireSender } from '../../../lib/workers/wire-channel.ts'

export const ways = ['objects', 'port', 'ring'] as const
export type Way = (typeof ways)[number]

/** What a thread is given of a channel. */
export interface End {
  readonly way: Way
  readonly port: MessagePort
  readonly memory: SharedArrayBuffer
}

export const rowsMax = 16_384
export const bytesMax: number = 2 ** 20

export interface Taken {
  readonly rows: unknown[]
  readonly keys: unknown[]
  readonly times: number[]
}

export interface Out {
  hasCredit(): boolean
  send(rows: Rows): void
}

export interface In {
  take(): Taken | undefined
  processed(): void
}

export const outOf = ({ way, port, memory }: End, wake: () => void): Out => {
  if (way === 'objects') return new ObjectsOut(port, wake)
  const sender: WireSender<Control> = way === 'port' ? new BufferSender(port, { rows: rowsMax, bytes: bytesMax }, wake) : new RingSender(threadPort(port), memory, rowsMax, wake)
  return { hasCredit: () => sender.hasCredit(), send: (rows) => sender.sendBatch(rows) }
}

export const inOf = ({ way, port, memory }: End, wake: () => void): In => {
  if (way === 'objects') return new ObjectsIn(port, wake)
  const receiver: WireReceiver<Control> = way === 'port' ? new BufferReceiver(port, wake) : new RingReceiver(threadPort(port), memory, wake)
  let last: ReturnType<typeof receiver.take>
  return {
    take: () => {
      last = receiver.take()
      if (last?.type !== 'batch' || !('rows' in last)) return undefined
      return { rows: last.rows(), keys: last.keys(), times: last.times() }
    },
    processed: () => {
      if (last !== undefined && 'rows' in last) receiver.processed(last)
    },
  }
}

/** The plain way: arrays of objects by postMessage, with credit counted in rows. */
class ObjectsOut implements Out {
  readonly #port: MessagePort
  #rows = 0

  constructor(port: MessagePort, wake: () => void) {
    this.#port = port
    port.on('message', (rows: number) => {
      this.#rows -= rows
      wake()
    })
  }

  hasCredit(): boolean {
    while (this.#rows >= rowsMax) {
      const back = receiveMessageOnPort(this.#port)
      if (back === undefined) return false
      this.#rows -= back.message as number
    }
    return true
  }

  send({ values, keys, times }: Rows): void {
    this.#rows += values.length
    this.#port.postMessage(keys.length === 0 ? values : { values, keys, times })
  }
}

class ObjectsIn implements In {
  readonly #port: MessagePort
  readonly #inbox: unknown[] = []
  #last = 0

  constructor(port: MessagePort, wake: () => void) {
    this.#port = port
    port.on('message', (message) => {
      this.#inbox.push(message)
      wake()
    })
  }

  take(): Taken | undefined {
    const message = (this.#inbox.shift() ?? receiveMessageOnPort(this.#port)?.message) as unknown[] | { values: unknown[]; keys: unknown[]; times: number[] } | undefined
    if (message === undefined) return undefined
    const taken = Array.isArray(message) ? { rows: message, keys: [], times: [] } : { rows: message.values, keys: message.keys, times: message.times }
    this.#last = taken.rows.length
    return taken
  }

  processed(): void {
    this.#port.postMessage(this.#last)
  }
}
