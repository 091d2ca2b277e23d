/** A command line that cannot be carried out as it is written: exit code 2. */

export class UsageError extends Error {
  override readonly name = 'UsageError'
  /** What to do next; may be empty. */
  readonly next: string

  /** `cause`: the error that says it all, with its own place and advice. */
  constructor(message: string, next = '', options: { readonly cause?: unknown } = {}) {
    super(message, options)
    this.next = next
  }
}
