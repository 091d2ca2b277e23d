/** Where the command prints: results to stdout, everything about the run to stderr, so that stdout can be piped. */

export class Output {
  private readonly out: NodeJS.WriteStream
  private readonly err: NodeJS.WriteStream

  constructor(out: NodeJS.WriteStream, err: NodeJS.WriteStream) {
    this.out = out
    this.err = err
    // Who reads may have seen enough (`| head`): that is no failure of the job.
    out.on('error', () => undefined)
    err.on('error', () => undefined)
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

  /** Shows a line that the next one replaces. */
  status(text: string): void {
    this.err.write(`${clearLine}${text}`)
  }

  /** Resolves when all that was printed has left the process: a pipe takes it only piece by piece. */
  async flushed(): Promise<void> {
    await Promise.all([this.out, this.err].map((stream) => new Promise<void>((resolve) => stream.write('', () => resolve()))))
  }
}

/** Back to the start of the line, and the rest of it erased. */
const clearLine = '\r\u001b[K'
