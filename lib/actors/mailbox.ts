/** The messages an actor has to handle: one queue for each input, blocked one by one while barriers align. */

export interface MessageQueue<M> {
  readonly waiting: number
  take(): M | undefined
}

export interface Letter<M> {
  readonly input: number
  readonly message: M
}

/** Bounded by the credit of its channels. Order between inputs is open; within one it is kept. */
export class Mailbox<M> {
  private readonly blocked: boolean[]
  private next = 0
  private readonly inputs: readonly MessageQueue<M>[]
  private readonly pick: (count: number) => number

  constructor(inputs: readonly MessageQueue<M>[], pick: (count: number) => number) {
    this.inputs = inputs
    this.pick = pick
    this.blocked = inputs.map(() => false)
  }

  /** Whether some input that is not blocked has a message. */
  get hasLetter(): boolean {
    for (let index = 0; index < this.inputs.length; index++) if (this.blocked[index] === false && this.inputs[index]!.waiting > 0) return true
    return false
  }

  take(): Letter<M> | undefined {
    const count = this.inputs.length
    const skip = count > 1 ? this.pick(count) : 0
    for (let tried = 0; tried < count; tried++) {
      const index = (this.next + skip + tried) % count
      if (this.blocked[index] === true) continue
      const message = this.inputs[index]!.take()
      if (message === undefined) continue
      this.next = (index + 1) % count
      return { input: index, message }
    }
    return undefined
  }

  block(input: number): void {
    this.blocked[input] = true
  }

  unblockAll(): void {
    this.blocked.fill(false)
  }
}
