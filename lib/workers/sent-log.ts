/**
 * What was sent since the last checkpoint, so that a receiver that has gone back to it can be sent it again: frames as they were written,
 * control messages in their place among them. Bounded: a receiver whose log has run over goes back together with its senders.
 * (Silvestre et al., "Clonos: Consistent causal recovery for highly-available streaming dataflows", 2021.)
 */

export type Sent<C> = { readonly frame: Uint8Array<ArrayBuffer>; readonly rows: number } | { readonly control: C }

interface Epoch<C> {
  /** It begins behind the barrier of that one; −1: with the channel. */
  readonly checkpoint: number
  readonly sent: Sent<C>[]
  bytes: number
}

/** Bytes that a control message is taken to need. */
const CONTROL_BYTES = 256

export class SentLog<C> {
  readonly #bytesMax: number
  /** Oldest first; there is always one. */
  #epochs: Epoch<C>[] = [{ checkpoint: -1, sent: [], bytes: 0 }]
  #bytes = 0
  #hasRunOver = false

  /** `bytesMax`: of what is kept; 64 MiB unless given. */
  constructor(bytesMax: number = 64 * 2 ** 20) {
    this.#bytesMax = bytesMax
  }

  /** Bytes kept. */
  get bytes(): number {
    return this.#bytes
  }

  /** Keeps a copy of a frame. */
  frame(bytes: Uint8Array, rows: number): void {
    if (this.#takes(bytes.length)) this.#last.sent.push({ frame: bytes.slice(), rows })
  }

  control(message: C): void {
    if (this.#takes(CONTROL_BYTES)) this.#last.sent.push({ control: message })
  }

  /** What is sent from now on comes behind that checkpoint's barrier, and its frames need none of those before. */
  barrier(checkpoint: number): void {
    if (this.#hasRunOver) {
      // What came before is not whole; what follows can be.
      this.#epochs = []
      this.#hasRunOver = false
    }
    this.#epochs.push({ checkpoint, sent: [], bytes: 0 })
  }

  /** The checkpoint is complete: nobody goes back behind it. */
  completed(checkpoint: number): void {
    const first = this.#epochs.findIndex((epoch) => epoch.checkpoint === checkpoint)
    if (first <= 0) return
    for (const { bytes } of this.#epochs.splice(0, first)) this.#bytes -= bytes
  }

  /** All that was sent behind that checkpoint's barrier, in order; −1: all. Null: not all of it is kept. */
  since(checkpoint: number): readonly Sent<C>[] | null {
    const first = this.#epochs.findIndex((epoch) => epoch.checkpoint === checkpoint)
    return first < 0 || this.#hasRunOver ? null : this.#epochs.slice(first).flatMap(({ sent }) => sent)
  }

  get #last(): Epoch<C> {
    return this.#epochs.at(-1)!
  }

  /** False: it has run over, and keeps nothing until the next barrier. */
  #takes(bytes: number): boolean {
    if (this.#hasRunOver) return false
    if (this.#bytes + bytes <= this.#bytesMax) {
      this.#bytes += bytes
      this.#last.bytes += bytes
      return true
    }
    this.#hasRunOver = true
    this.#bytes = 0
    for (const epoch of this.#epochs) {
      epoch.sent.length = 0
      epoch.bytes = 0
    }
    return false
  }
}
