/** One end of a pair through which two threads send each other messages, in order. */
import { receiveMessageOnPort } from 'node:worker_threads'
import type { MessagePort, Transferable } from 'node:worker_threads'

export interface Port {
  post(message: unknown, transfer?: readonly Transferable[]): void
  /** The next message that has come, without waiting for the event loop. */
  receive(): { readonly message: unknown } | undefined
  /** `message` is told of each that `receive` has not taken; `closed`, once, that the other end is gone. To be called once. */
  listen(message: (message: unknown) => void, closed: () => void): void
  close(): void
}

/** The end of a MessageChannel. It does not keep its thread alive. */
export const threadPort = (port: MessagePort): Port => ({
  post: (message, transfer = []) => port.postMessage(message, [...transfer]),
  receive: () => receiveMessageOnPort(port) as { readonly message: unknown } | undefined,
  listen: (message, closed) => {
    port.on('message', message)
    port.on('close', closed)
    port.unref()
  },
  close: () => port.close(),
})
