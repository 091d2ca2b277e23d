/** A stream that takes itself for a terminal, or not, and keeps what was written. */
import { PassThrough } from 'node:stream'
import { WriteStream } from 'node:tty'

export interface Terminal {
  readonly stream: NodeJS.WriteStream
  written(): string
}

export const terminal = (facts: { readonly isTTY: boolean; readonly columns?: number }): Terminal => {
  let text = ''
  const stream = new PassThrough()
  stream.on('data', (chunk: Buffer) => (text += chunk.toString()))
  const { getColorDepth } = WriteStream.prototype
  return { stream: Object.assign(stream, facts, { getColorDepth }) as unknown as NodeJS.WriteStream, written: () => text }
}
