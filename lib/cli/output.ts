/** Where the command prints: results to stdout, everything about the run to stderr, so that stdout can be piped. */
import { styleText } from 'node:util'

export type Style = 'bold' | 'dim' | 'red' | 'yellow' | 'green' | 'cyan'

export class Output {
  private readonly out: NodeJS.WriteStream
  private readonly err: NodeJS.WriteStream
  private whenClosed: () => void = () => undefined

  constructor(out: NodeJS.WriteStream, err: NodeJS.WriteStream) {
    this.out = out
    this.err = err
    // Without a listener a closed pipe would end the process at once.
    out.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') this.whenClosed()
    })
    err.on('error', () => undefined)
  }

  /** Calls `then` when nobody reads stdout any more: who reads may have seen enough (`| head`). */
  onClosed(then: () => void): void {
    this.whenClosed = then
  }

  get isInteractive(): boolean {
    return this.err.isTTY === true
  }

  print(text: string): void {
    this.out.write(`${text}\n`)
  }

  note(text: string): void {
    this.err.write(`${this.isInteractive ? clearLine : ''}${text}\n`)
  }

  /** Shows a line that the next one replaces, cut to the terminal's width: one that wraps could not be replaced. */
  status(text: string): void {
    this.err.write(`${clearLine}${text.slice(0, (this.err.columns || 80) - 1)}`)
  }

  /** Text for `note`, in colour where stderr is a terminal; NO_COLOR and FORCE_COLOR have the last word. */
  readonly paint = (style: Style | readonly Style[], text: string): string =>
    text === '' ? '' : styleText(style as Style, text, { stream: this.err })

  /** Resolves when all that was printed has left the process: a pipe takes it only piece by piece. */
  async flushed(): Promise<void> {
    await Promise.all([this.out, this.err].map((stream) => new Promise<void>((resolve) => stream.write('', () => resolve()))))
  }
}

export type Paint = Output['paint']

/** Back to the start of the line, and the rest of it erased. */
const clearLine = '\r\u001b[K'
