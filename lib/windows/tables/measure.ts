/** What a value function gave for the record at hand: computed once, read by the columns of every window the record is in. */

export interface Measure {
  prepare(record: unknown): void
}

/** A number that is not NaN. */
export class NumberMeasure implements Measure {
  value = 0
  readonly of: (record: unknown) => number
  readonly #name: string

  constructor(name: string, of: (record: unknown) => number) {
    this.of = of
    this.#name = name
  }

  prepare(record: unknown): void {
    const { of } = this
    const value = of(record)
    if (typeof value !== 'number' || Number.isNaN(value)) this.refuse(value)
    this.value = value
  }

  /** Throws what is to be said of a value that is no number. */
  refuse(value: unknown): never {
    throw new TypeError(`the function of ${this.#name} gave ${told(value)}, not a number`)
  }
}

export type Rank = number | string | bigint

/** What records are ranked by. */
export class RankMeasure implements Measure {
  value: Rank = 0
  readonly #of: (record: unknown) => Rank
  readonly #name: string

  constructor(name: string, of: (record: unknown) => Rank) {
    this.#name = name
    this.#of = of
  }

  prepare(record: unknown): void {
    const value = this.#of(record)
    const isRank = typeof value === 'number' ? !Number.isNaN(value) : typeof value === 'string' || typeof value === 'bigint'
    if (!isRank) throw new TypeError(`the function of ${this.#name} gave ${told(value)}, not a number, string or bigint`)
    this.value = value
  }
}

const told = (value: unknown): string =>
  value === null || typeof value === 'number' || typeof value === 'undefined' || typeof value === 'boolean' ? String(value) : `a ${typeof value}`
