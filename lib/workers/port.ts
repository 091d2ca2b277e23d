/** Ends of a MessageChannel. */
import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads'
import type { MessagePort, Transferable } from 'node:worker_threads'
import type { Port, RawEnd } from '../env/threads.ts'

export const rawEnd = (port: MessagePort): RawEnd => port as unknown as RawEnd
export const messagePort = (end: RawEnd): MessagePort => end as unknown as MessagePort

export const rawPair = (): readonly [RawEnd, RawEnd] => {
  const { port1, port2 } = new MessageChannel()
  return [rawEnd(port1), rawEnd(port2)]
}

/** It does not keep its thread alive. */
export const threadPort = (port: MessagePort): Port => ({
  post: (message, transfer = []) => port.postMessage(message, transfer as unknown as readonly Transferable[]),
  receive: () => receiveMessageOnPort(port) as { readonly message: unknown } | undefined,
  listen: (message, closed) => {
    port.on('message', message)
    port.on('close', closed)
    port.unref()
  },
  close: () => port.close(),
})
