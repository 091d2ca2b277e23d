/** How far event time has come in each split, and the least of it, as Flink's sources keep watermarks per split. */

export interface SplitTime {
  readonly origin: string
  /** Largest time seen, epoch ms; −∞ before the first record. */
  latest: number
  /** On the clock of `activeNow`, milliseconds. */
  activeAt: number
  idle: boolean
}

export class SplitWatermarks {
  readonly #splits = new Map<string, SplitTime>()
  #least = NaN

  /** The least of the largest times of all splits that are not idle; NaN: there is none. */
  get least(): number {
    return this.#least
  }

  /** Live splits, in the order in which they came. */
  splits(): Iterable<SplitTime> {
    return this.#splits.values()
  }

  get size(): number {
    return this.#splits.size
  }

  find(origin: string): SplitTime | undefined {
    return this.#splits.get(origin)
  }

  open(origin: string, latest: number, activeAt: number): SplitTime {
    const split = { origin, latest, activeAt, idle: false }
    this.#splits.set(origin, split)
    this.recompute()
    return split
  }

  close(origin: string): void {
    if (this.#splits.delete(origin)) this.recompute()
  }

  /** Leaves out the splits without a record for `after` ms; returns the ms until the next one may be left out, +∞: none is left. */
  findIdle(activeNow: number, after: number): number {
    let wait = Infinity
    for (const split of this.#splits.values()) {
      if (split.idle) continue
      const left = split.activeAt + after - activeNow
      if (left <= 0) split.idle = true
      else wait = Math.min(wait, left)
    }
    this.recompute()
    return wait
  }

  /** After times of splits were written, or whether they are idle. */
  recompute(): void {
    let least = NaN
    for (const split of this.#splits.values()) if (!split.idle && !(split.latest >= least)) least = split.latest
    this.#least = least
  }
}
