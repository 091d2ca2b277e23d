/**
 * Records under way to an offloaded function and back. They leave in the order in which they came, and so do the watermarks and the ends of
 * splits that came between them.
 *
 * Nothing of it is in a snapshot: a barrier waits until all of them are back, as behind a slow `map`. That takes about two calls a thread,
 * as no more is ever under way (`OffloadPool.room`), and leaves nothing to store, to find again by an id, or to share out at a rescale.
 */
import type { CallOutcome, OffloadPool } from '../env/offloader.ts'
import { DONE, NONE, StageUnfit, WAITING } from './operator.ts'
import type { Cursor, ManyOperator, OperatorContext } from './operator.ts'

interface Called {
  readonly type: 'called'
  readonly record: unknown
  readonly time: number
  readonly key: unknown
  readonly origin: string
  /** Null while the call is under way. */
  outcome: CallOutcome | null
  failures: number
  /** The supervisor has been told of the failure; if it asks again, the call is to be made again. */
  isTold: boolean
}

/** The watermark after a record, −∞ for none, and whether the stream has been idle since. */
interface Mark {
  readonly type: 'mark'
  at: number
  isIdle: boolean
}

interface SplitEnd {
  readonly type: 'split-end'
  readonly origin: string
}

export class OffloadedRecords implements ManyOperator {
  readonly shape = 'many'
  readonly #pool: OffloadPool
  readonly #wake: () => void
  readonly #queue: (Called | Mark | SplitEnd)[] = []
  /** Records in the queue. */
  #underWay = 0
  #origin = ''

  constructor(pool: OffloadPool, wake: () => void) {
    this.#pool = pool
    this.#wake = wake
  }

  onBatch(origin: string): void {
    this.#origin = origin
  }

  apply(record: unknown, { time, key }: OperatorContext): Cursor | null {
    const called: Called = { type: 'called', record, time, key, origin: this.#origin, outcome: null, failures: 0, isTold: false }
    this.#queue.push(called)
    this.#underWay++
    this.#call(called)
    return this.#hasOutput || this.#underWay >= this.#pool.room ? this.#outputs(this.#pool.room - 1) : null
  }

  onClock(): Cursor | null {
    return this.#hasOutput ? this.#outputs(Infinity) : null
  }

  onBarrier(): Cursor | null {
    return this.#queue.length === 0 ? null : this.#outputs(0)
  }

  onWatermark(at: number): Cursor | null {
    return at === Infinity ? this.onBarrier() : null
  }

  keepsWatermark(at: number): boolean {
    if (this.#queue.length === 0) return false
    const isIdle = Number.isNaN(at)
    const last = this.#queue.at(-1)!
    if (last.type !== 'mark') this.#queue.push({ type: 'mark', at: isIdle ? -Infinity : at, isIdle })
    else {
      last.isIdle = isIdle
      if (at > last.at) last.at = at
    }
    return true
  }

  keepsSplitEnd(origin: string): boolean {
    if (this.#queue.length > 0) this.#queue.push({ type: 'split-end', origin })
    return this.#queue.length > 0
  }

  unanswered(): readonly unknown[] {
    // The first is the one whose failure has stopped the actor.
    const left = this.#queue.slice(1).flatMap((entry) => (entry.type === 'called' ? [entry.record] : []))
    this.#queue.length = 0
    this.#underWay = 0
    return left
  }

  size(): number {
    return this.#queue.length
  }

  dispose(): Promise<void> {
    return this.#pool.close()
  }

  #call(called: Called): void {
    called.outcome = null
    called.isTold = false
    this.#pool.call(called.record, (outcome) => {
      called.outcome = outcome
      if (this.#queue[0] === called) this.#wake()
    })
  }

  get #hasOutput(): boolean {
    const [head] = this.#queue
    return head !== undefined && (head.type !== 'called' || head.outcome !== null)
  }

  /** What is there to put out; waits for more while more records than that are under way. */
  #outputs(underWayMax: number): Cursor {
    return {
      next: (context) => this.#next(context, underWayMax),
      input: () => (this.#queue[0] as Called).record,
      skip: () => this.#shift(),
      undoable: () => true,
      failures: () => (this.#queue[0] as Called).failures,
    }
  }

  #next(context: OperatorContext, underWayMax: number): unknown {
    const head = this.#queue[0]
    if (head === undefined) return DONE
    switch (head.type) {
      case 'mark':
        return this.#advance(head, context)
      case 'split-end':
        this.#queue.shift()
        context.endSplit(head.origin)
        return NONE
      case 'called':
        if (head.isTold) this.#call(head)
        if (head.outcome === null) return this.#underWay > underWayMax ? WAITING : DONE
        context.time = head.time
        context.key = head.key
        context.origin = head.origin
        return this.#outputOf(head, head.outcome)
    }
  }

  /** One thing at a time: what has been passed on goes through the later stages before the next. */
  #advance(mark: Mark, context: OperatorContext): typeof NONE {
    if (mark.at > -Infinity) {
      context.advance(mark.at)
      mark.at = -Infinity
      if (mark.isIdle) return NONE
    } else if (mark.isIdle) context.advance(NaN)
    this.#queue.shift()
    return NONE
  }

  #outputOf(called: Called, outcome: CallOutcome): unknown {
    switch (outcome.type) {
      case 'value':
        this.#shift()
        return outcome.value
      case 'unfit':
        throw new StageUnfit('the function cannot be called', { cause: outcome.error })
      case 'failed':
        called.failures++
        called.isTold = true
        throw outcome.error
    }
  }

  #shift(): void {
    this.#queue.shift()
    this.#underWay--
  }
}
