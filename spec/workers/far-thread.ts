/** The other thread of a channel in specs: does with its end what it is told. */
import { parentPort, workerData } from 'node:worker_threads'
import type { MessagePort } from 'node:worker_threads'
import { BufferReceiver } from '../bench/channel/buffer-receiver.ts'
import { BufferSender } from '../bench/channel/buffer-sender.ts'
import { threadPort } from '../../lib/workers/port.ts'
import { RingReceiver } from '../../lib/workers/ring-receiver.ts'
import { RingSender } from '../../lib/workers/ring-sender.ts'
import { isBatch } from '../../lib/workers/wire-channel.ts'
import type { Control, WireReceiver, WireSender } from '../../lib/workers/wire-channel.ts'
import { rowsOf } from './frames.ts'

export type Task = 'echo' | 'idle' | 'fill and exit' | 'fill and throw' | 'fill and wait' | 'hold one'

export interface FarData {
  readonly kind: 'port' | 'ring'
  readonly task: Task
  readonly capacity: { readonly rows: number; readonly bytes: number }
  /** Here, and back. */
  readonly ports: readonly [MessagePort, MessagePort]
  readonly memories: readonly [SharedArrayBuffer, SharedArrayBuffer]
}

const { kind, task, capacity, ports, memories } = workerData as FarData

let step: () => void = () => {}
const wake = (): void => step()
const receiver: WireReceiver<Control> = kind === 'port' ? new BufferReceiver(ports[0], wake) : new RingReceiver(threadPort(ports[0]), memories[0], wake)
const sender: WireSender<Control> = kind === 'port' ? new BufferSender(ports[1], capacity, wake) : new RingSender(threadPort(ports[1]), memories[1], capacity.rows, wake)

const fill = (): void => {
  while (sender.hasCredit()) sender.sendBatch(rowsOf([{ id: 1 }]))
}

const tasks: Record<Task, () => void> = {
  echo: () => {
    let open: unknown[] | null = null
    step = () => {
      for (;;) {
        if (open !== null) {
          if (!sender.hasCredit()) return
          sender.sendBatch(rowsOf(open))
          open = null
        }
        const message = receiver.take()
        if (message === undefined) return
        if (!isBatch(message)) sender.sendControl(message)
        else {
          open = message.rows()
          receiver.processed(message)
        }
      }
    }
    parentPort!.on('message', () => process.exit())
    step()
  },
  idle: () => {},
  'fill and exit': () => {
    fill()
    process.exit()
  },
  'fill and throw': () => {
    fill()
    throw new Error('on purpose')
  },
  'fill and wait': () => {
    fill()
    parentPort!.postMessage('filled')
    setInterval(() => {}, 1_000)
  },
  'hold one': () => {
    step = () => {
      if (receiver.take() !== undefined) parentPort!.postMessage('holds')
    }
    step()
    setInterval(() => {}, 1_000)
  },
}
tasks[task]()
