/**
 * Pairs of ports between simulated threads. What is posted can be taken at once, as with a MessagePort; the event loop of the other thread
 * brings it after a random time, in order. Shared memory is seen at once by all: races of memory itself need real threads.
 */
import type { Cancel } from './env.ts'
import type { seededRandom } from './sim-random.ts'
import type { Port, RawEnd } from './threads.ts'

/** A thread, as its ports see it. */
export interface PortOwner {
  readonly isGone: boolean
  schedule(ms: number, run: () => void): Cancel
  /** Something is about to be posted; it may be the last the thread does. */
  posts(): void
  /** The end has come here, and goes down with the thread. */
  holds(end: Port): void
}

interface Sent {
  readonly number: number
  readonly at: number
  /** Null: the other end is closed. */
  readonly content: { readonly message: unknown; readonly ends: readonly SimEnd[] } | null
}

class SimEnd implements Port {
  readonly #ports: SimPorts
  private other: SimEnd | null = null
  #owner: PortOwner | null = null
  #queue: Sent[] = []
  #sent = 0
  #lastAt = 0
  #isClosed = false
  #told: { message(message: unknown): void; closed(): void } | null = null

  constructor(ports: SimPorts) {
    this.#ports = ports
  }

  join(other: SimEnd): void {
    this.other = other
  }

  takenBy(owner: PortOwner): this {
    this.#owner = owner
    return this
  }

  post(message: unknown, transfer: readonly (RawEnd | ArrayBuffer)[] = []): void {
    const copy: unknown = structuredClone(message, { transfer: transfer.filter((one) => one instanceof ArrayBuffer) })
    const ends = transfer.flatMap((one) => (one instanceof ArrayBuffer ? [] : [this.#ports.find(one)]))
    this.#owner?.posts()
    if (this.#isClosed || this.#owner?.isGone === true) return
    this.other!.#put({ message: copy, ends })
  }

  receive(): { readonly message: unknown } | undefined {
    const content = this.#isClosed ? undefined : this.#queue.shift()?.content
    if (content === null) this.#end()
    return content === null || content === undefined ? undefined : { message: this.#arrived(content) }
  }

  listen(message: (message: unknown) => void, closed: () => void): void {
    this.#told = { message, closed }
    for (const sent of this.#queue) this.#bring(sent)
  }

  close(): void {
    if (this.#isClosed) return
    this.#end()
    this.other!.#put(null)
  }

  #put(content: Sent['content']): void {
    if (this.#isClosed) return this.#drop(content)
    this.#lastAt = Math.max(this.#lastAt, this.#ports.now() + this.#ports.delay())
    const sent: Sent = { number: this.#sent++, at: this.#lastAt, content }
    this.#queue.push(sent)
    if (this.#told !== null) this.#bring(sent)
  }

  /** The event loop brings one message after the other, up to this one. */
  #bring({ number, at }: Sent): void {
    const turn = (): void => {
      const first = this.#queue[0]
      if (this.#isClosed || first === undefined || first.number > number) return
      this.#queue.shift()
      if (first.number < number) this.#owner!.schedule(0, turn)
      this.#ports.settled()
      if (first.content === null) this.#end()
      else this.#told!.message(this.#arrived(first.content))
    }
    this.#owner!.schedule(at - this.#ports.now(), turn)
  }

  #arrived({ message, ends }: NonNullable<Sent['content']>): unknown {
    for (const end of ends) this.#owner!.holds(end)
    return message
  }

  #end(): void {
    this.#isClosed = true
    for (const { content } of this.#queue) this.#drop(content)
    this.#queue = []
    const { closed } = this.#told ?? {}
    if (closed !== undefined) this.#owner!.schedule(this.#ports.delay(), closed)
  }

  /** What nobody will read: ends that were to move go down with it. */
  #drop(content: Sent['content']): void {
    for (const end of content?.ends ?? []) end.close()
  }
}

export class SimPorts {
  /** By the number that is in the memory by which an end crosses: that memory is shared, a copy of it names the same end. */
  readonly #ends: SimEnd[] = []
  readonly #random: ReturnType<typeof seededRandom>
  readonly now: () => number
  /** Promises may have been settled. */
  readonly settled: () => void

  constructor(random: ReturnType<typeof seededRandom>, now: () => number, settled: () => void) {
    this.#random = random
    this.now = now
    this.settled = settled
  }

  pair(): readonly [RawEnd, RawEnd] {
    const [one, other] = [new SimEnd(this), new SimEnd(this)]
    one.join(other)
    other.join(one)
    return [this.#raw(one), this.#raw(other)]
  }

  find(raw: RawEnd): SimEnd {
    return this.#ends[new Int32Array(raw as unknown as SharedArrayBuffer)[0]!]!
  }

  /** Milliseconds on the way. */
  delay(): number {
    return this.#random.chance(0.03) ? 20 * this.#random.next() : this.#random.next() / 2
  }

  #raw(end: SimEnd): RawEnd {
    const memory = new SharedArrayBuffer(4)
    new Int32Array(memory)[0] = this.#ends.push(end) - 1
    return memory as unknown as RawEnd
  }
}
