/** What a sender has combined for one key in one stretch of time: it goes to the receiver in place of the records. Plain data. */

export class Part {
  /** The slot of the sender's `NumberTable`; NaN stands for a sum that is in `exact`. */
  readonly numbers: readonly number[]
  /** What the sums have lost, at the same places; null: nothing. */
  readonly lost: readonly number[] | null
  /** Sums as `ExactSum.toParts` gives them, by place. */
  readonly exact: readonly (readonly [place: number, parts: readonly number[]])[] | null

  constructor(numbers: readonly number[], lost: readonly number[] | null, exact: Part['exact']) {
    this.numbers = numbers
    this.lost = lost
    this.exact = exact
  }
}
