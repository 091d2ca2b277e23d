/**
 * Which of two compiled forms of a chain is run: `near`, in which functions of the user may become part of the loop, or `far`, in which
 * they are called. Near is right for small functions, and never wrong by much for any; a function that loops may be twice as fast far
 * (`code/far-call.ts`). So where a row takes long, both are tried for a while, and the faster one is kept.
 *
 * What is measured changes nothing but speed: no result depends on it.
 */
export type Form = 'near' | 'far'

/** Rows of a batch that is worth a look at the clock. */
export const TIMED_ROWS_MIN = 128
/** Nanoseconds a row: below, a call would cost more than it could gain. */
const HEAVY_NS = 200
/** Milliseconds of running that warm the code up, and the timed batches of the trial after them. */
const WARM_MS = 40
const TRIAL_BATCHES = 12
/** Timed batches until it is tried again: the input may have changed. */
const SETTLED_BATCHES = 20_000

export class RunChoice {
  form: Form = 'near'
  private phase: 'near trial' | 'far trial' | 'settled' = 'near trial'
  private batches = 0
  private warmMs = 0
  /** The least nanoseconds a row of the trial, as others on the machine only ever make it more. */
  private least = Infinity
  private near = Infinity

  /** A batch of that many rows has taken so long. */
  timed(rows: number, ms: number): void {
    this.batches++
    if (this.phase === 'settled') {
      if (this.batches >= SETTLED_BATCHES) this.begin('near trial', 'near')
      return
    }
    if (this.warmMs < WARM_MS) {
      this.warmMs += ms
      this.batches = 0
      return
    }
    this.least = Math.min(this.least, (ms * 1e6) / rows)
    if (this.batches < TRIAL_BATCHES) return
    const { least } = this
    if (this.phase === 'far trial') return this.begin('settled', least < this.near ? 'far' : 'near')
    this.near = least
    if (least < HEAVY_NS) this.begin('settled', 'near')
    else this.begin('far trial', 'far')
  }

  private begin(phase: RunChoice['phase'], form: Form): void {
    this.phase = phase
    this.form = form
    this.batches = 0
    this.warmMs = 0
    this.least = Infinity
  }
}
