/**
 * Sums rounded once, at the end: what TC39's `Math.sumPrecise` gives, whatever the order and however the values were dealt out.
 *
 * A sum is kept as doubles that do not overlap and whose exact sum it is (Shewchuk, "Adaptive Precision Floating-Point
 * Arithmetic", 1997); the last rounding is that of Python's `math.fsum`; overflow in between is counted in units of 2^1024,
 * as in the polyfill of the TC39 proposal.
 */
import { MillraceError } from '../errors.ts'

const two1023 = 2 ** 1023

/** Half of the distance between the two largest doubles. */
const halfLastUlp = 2 ** 970

/** More parts are packed together, into about forty at most: a sum of doubles has some 2,100 bits, and 53 fit into each part. */
const partsMax = 64

/**
 * An exact sum, −0 while empty. While values and total are safe integers it is one plain number.
 * @example
 * const sum = new ExactSum()
 * for (const value of [1e308, 1e308, 0.1, -1e308]) sum.add(value)
 * sum.value() // 1e308
 */
export class ExactSum {
  /** All of the sum while that is a safe integer; 0 afterwards. −0 is the identity of addition. */
  #integer = -0
  #isSimple = true
  /** Doubles of growing magnitude that do not overlap; never 0; `partsMax` at most. */
  #parts: number[] = []
  /** To be added to the parts: this many times 2^1024. */
  #overflow = 0
  /** The sum of what was not finite: 0, an infinity or NaN. */
  #unbounded = 0

  /** Adds a number. */
  add(value: number): void {
    if (this.#isSimple) {
      const integer = this.#integer + value
      if (Number.isSafeInteger(value) && Number.isSafeInteger(integer)) {
        this.#integer = integer
        return
      }
      this.#expand()
    }
    this.#addPart(value)
  }

  /** Adds another sum, which stays as it is. */
  merge(other: ExactSum): void {
    if (other.#isSimple) return this.add(other.#integer)
    this.#expand()
    // Read beforehand, as the other sum may be this one.
    const parts = other.#parts.slice()
    this.#overflow += other.#overflow
    this.#unbounded += other.#unbounded
    for (const part of parts) this.#addPart(part)
  }

  /** True while the sum is one safe integer. */
  get isSimple(): boolean {
    return this.#isSimple
  }

  /** The double nearest to the sum, of two equally near ones the even one. */
  value(): number {
    if (this.#isSimple) return this.#integer
    if (this.#unbounded !== 0) return this.#unbounded
    return this.#overflow === 0 ? roundedSum(this.#parts) : overflowedSum(this.#parts, this.#overflow)
  }

  /** The sum as numbers: itself if simple, otherwise what was not finite, the overflow, then the parts; 66 at most. */
  toParts(): number[] {
    return this.#isSimple ? [this.#integer] : [this.#unbounded, this.#overflow, ...this.#parts]
  }

  /**
   * The sum that gave these numbers.
   * @throws SNAPSHOT_CORRUPT if none can have
   */
  static fromParts(numbers: ArrayLike<number>): ExactSum {
    const sum = new ExactSum()
    if (numbers.length === 1) {
      if (!Number.isSafeInteger(numbers[0])) throw corrupt()
      sum.#integer = numbers[0]!
      return sum
    }
    const [unbounded, overflow, ...parts] = Array.from(numbers)
    if (unbounded === undefined || (Number.isFinite(unbounded) && unbounded !== 0)) throw corrupt()
    if (!Number.isSafeInteger(overflow) || !parts.every((part) => Number.isFinite(part))) throw corrupt()
    sum.#expand()
    for (const part of parts) sum.#addPart(part)
    sum.#unbounded = unbounded
    sum.#overflow += overflow!
    return sum
  }

  #expand(): void {
    if (!this.#isSimple) return
    this.#isSimple = false
    if (this.#integer !== 0) this.#parts.push(this.#integer)
    this.#integer = 0
  }

  /** Shewchuk's Grow-Expansion, with zeros left out. */
  #addPart(value: number): void {
    if (!Number.isFinite(value)) {
      this.#unbounded += value
      return
    }
    const parts = this.#parts
    let high = value
    let kept = 0
    for (let i = 0; i < parts.length; i++) {
      const part = parts[i]!
      let sum = high + part
      if (sum === Infinity || sum === -Infinity) {
        const sign = Math.sign(sum)
        this.#overflow += sign
        // The larger of the two is at least 2^1023 where their sum overflows, so both subtractions are exact.
        const larger = Math.abs(high) >= Math.abs(part) ? high : part
        const smaller = larger === high ? part : high
        high = larger - sign * two1023 - sign * two1023
        sum = high + smaller
        const low = roundingError(high, smaller, sum)
        if (low !== 0) parts[kept++] = low
      } else {
        const low = roundingError(high, part, sum)
        if (low !== 0) parts[kept++] = low
      }
      high = sum
    }
    parts.length = kept
    if (high !== 0) parts.push(high)
    if (parts.length > partsMax) this.#parts = compressed(parts)
  }
}

/** What `sum`, which is a + b rounded, lacks. Exact (Dekker's Fast2Sum), and immune to overflow, as the larger goes first. */
const roundingError = (a: number, b: number, sum: number): number => (Math.abs(a) >= Math.abs(b) ? b - (sum - a) : a - (sum - b))

/** The same sum in fuller parts: each one takes up what fits into its 53 bits (the first half of Shewchuk's Compress). */
const compressed = (parts: readonly number[]): number[] => {
  const fuller: number[] = []
  let high = parts.at(-1) ?? 0
  for (let i = parts.length - 2; i >= 0; i--) {
    const part = parts[i]!
    const sum = high + part
    const low = part - (sum - high)
    if (low !== 0) fuller.push(sum)
    high = low === 0 ? sum : low
  }
  fuller.push(high)
  return fuller.reverse()
}

/** The exact sum of parts of growing magnitude that do not overlap, rounded half to even. */
const roundedSum = (parts: readonly number[]): number => {
  let i = parts.length - 1
  if (i < 0) return 0
  let high = parts[i--]!
  while (i >= 0) {
    const part = parts[i--]!
    const sum = high + part
    const low = part - (sum - high)
    high = sum
    if (low === 0) continue
    // `high` is rounded by `low`. Where that was a tie, what is left below decides it, if it pulls the same way as `low`.
    const rest = i >= 0 ? parts[i]! : 0
    if ((low < 0 && rest < 0) || (low > 0 && rest > 0)) {
      const twice = 2 * low
      const moved = high + twice
      if (twice === moved - high) return moved
    }
    return high
  }
  return high
}

/** Likewise with a multiple of 2^1024 added: finite only where the parts pull it back under the largest double. */
const overflowedSum = (parts: readonly number[], overflow: number): number => {
  const infinite = overflow > 0 ? Infinity : -Infinity
  const sign = Math.sign(overflow)
  const top = (parts.at(-1) ?? 0) * sign
  if (Math.abs(overflow) > 1 || top >= 0) return infinite
  // At half scale, so that 2^1023 stands for the overflow. Halving loses a bit of subnormals only, which are too small to matter here.
  const high = two1023 + top / 2
  const low = top / 2 - (high - two1023)
  if (high === two1023) {
    const below = (parts.at(-2) ?? 0) * sign
    return 2 * low === -halfLastUlp && below < 0 ? sign * Number.MAX_VALUE : infinite
  }
  const rest = parts.slice(0, -1)
  if (low !== 0) rest.push(2 * low * sign)
  rest.push(2 * high * sign)
  return roundedSum(rest)
}

const corrupt = (): MillraceError => new MillraceError('SNAPSHOT_CORRUPT', 'the numbers of an exact sum do not belong together')
