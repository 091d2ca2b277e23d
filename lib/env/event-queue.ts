/** Events in virtual time: a binary heap by (time, order of arrival); of those that are due chance takes one. */
import type { Cancel } from './env.ts'

interface Event {
  readonly at: number
  readonly order: number
  run: (() => void) | null
}

/** Fewer cancelled events than this are not worth a clean-up. */
const COMPACT_MIN = 64

const isBefore = (a: Event, b: Event): boolean => a.at < b.at || (a.at === b.at && a.order < b.order)

export class EventQueue {
  private heap: Event[] = []
  /** Taken off the heap, their time has come. */
  private due: Event[] = []
  private order = 0
  private cancelled = 0

  /** Events that will still happen. */
  get size(): number {
    return this.heap.length + this.due.length - this.cancelled
  }

  add(at: number, run: () => void): Cancel {
    const event: Event = { at, order: this.order++, run }
    this.push(event)
    return () => {
      if (event.run === null) return
      event.run = null
      this.cancelled++
      if (this.cancelled > COMPACT_MIN && this.cancelled > this.size) this.compact()
    }
  }

  /** When the next event may happen: `now` if one is due, Infinity if there is none. */
  nextTime(now: number): number {
    this.settle(now)
    return this.due.length > 0 ? now : (this.heap[0]?.at ?? Infinity)
  }

  /** One of the events that are due; `pick(n)` says which of n. */
  take(now: number, pick: (count: number) => number): (() => void) | null {
    this.settle(now)
    if (this.due.length === 0) return null
    const index = pick(this.due.length)
    const event = this.due[index]!
    const last = this.due.pop()!
    if (index < this.due.length) this.due[index] = last
    const { run } = event
    event.run = null
    return run
  }

  clear(): void {
    for (const event of [...this.heap, ...this.due]) event.run = null
    this.heap = []
    this.due = []
    this.cancelled = 0
  }

  /** Moves what has become due off the heap and forgets what was cancelled in front. */
  private settle(now: number): void {
    if (this.cancelled > 0 && this.due.some((event) => event.run === null)) {
      const live = this.due.filter((event) => event.run !== null)
      this.cancelled -= this.due.length - live.length
      this.due = live
    }
    for (let first = this.heap[0]; first !== undefined && (first.run === null || first.at <= now); first = this.heap[0]) {
      this.pop()
      if (first.run === null) this.cancelled--
      else this.due.push(first)
    }
  }

  private compact(): void {
    const live = this.heap.filter((event) => event.run !== null)
    this.due = this.due.filter((event) => event.run !== null)
    this.heap = []
    this.cancelled = 0
    for (const event of live) this.push(event)
  }

  private push(event: Event): void {
    const { heap } = this
    let at = heap.length
    for (; at > 0; ) {
      const above = (at - 1) >> 1
      if (!isBefore(event, heap[above]!)) break
      heap[at] = heap[above]!
      at = above
    }
    heap[at] = event
  }

  private pop(): void {
    const { heap } = this
    const last = heap.pop()!
    if (heap.length === 0) return
    let at = 0
    for (;;) {
      let below = 2 * at + 1
      if (below >= heap.length) break
      if (below + 1 < heap.length && isBefore(heap[below + 1]!, heap[below]!)) below++
      if (!isBefore(heap[below]!, last)) break
      heap[at] = heap[below]!
      at = below
    }
    heap[at] = last
  }
}
