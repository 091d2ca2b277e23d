/** Both kinds of channel, with their two ends in this thread. */
import { MessageChannel } from 'node:worker_threads'
import { BufferReceiver } from '../bench/channel/buffer-receiver.ts'
import { BufferSender } from '../bench/channel/buffer-sender.ts'
import { threadPort } from '../../lib/workers/port.ts'
import { RingReceiver } from '../../lib/workers/ring-receiver.ts'
import { RingSender } from '../../lib/workers/ring-sender.ts'
import { ringMemory } from '../../lib/workers/ring.ts'
import type { Capacity, Control, WireReceiver, WireSender } from '../../lib/workers/wire-channel.ts'

export interface Note extends Control {
  readonly type: 'note'
  readonly n: number
}

export interface Ends {
  readonly sender: WireSender<Note>
  readonly receiver: WireReceiver<Note>
  /** How often each end was woken. */
  readonly woken: { sender: number; receiver: number }
}

export const kinds = ['port', 'ring'] as const

export const endsOf = (kind: (typeof kinds)[number], { rows, bytes }: Capacity = { rows: 1_000, bytes: 65_536 }): Ends => {
  const { port1, port2 } = new MessageChannel()
  const woken = { sender: 0, receiver: 0 }
  const wakeSender = (): void => void woken.sender++
  const wakeReceiver = (): void => void woken.receiver++
  if (kind === 'port') return { woken, sender: new BufferSender(port1, { rows, bytes }, wakeSender), receiver: new BufferReceiver(port2, wakeReceiver) }
  const memory = ringMemory(bytes)
  return { woken, sender: new RingSender(threadPort(port1), memory, rows, wakeSender), receiver: new RingReceiver(threadPort(port2), memory, wakeReceiver) }
}
