/** Strings by number: the sender gives a string the next one when it first comes, and tells the receiver once. */

/** Numbers are written in two bytes. */
const WORDS_MAX = 65_535
const UNITS_MAX = 2 ** 19
/** A string cut from a longer one shares its memory from this length on. */
const SHARED_FROM = 13
const wide = /[^\u0000-\u00ff]/
/** After so many new strings it is looked at whether there were more that came again. */
const JUDGED_AFTER = 8_192

export class Dictionary {
  readonly numbers: Map<string, number> = new Map<string, number>()
  /** Given since the last frame. */
  readonly unsent: string[] = []
  /** The receiver has to forget what it was told before. */
  isAnew = true
  /** There was no room for a string. */
  isFull = false
  #units = 0
  #strings = 0
  #added = 0

  /** The number of a string that has none yet; −1 where there is no room for it. */
  add(word: string): number {
    const number = this.numbers.size
    if (number === WORDS_MAX || this.#units + word.length > UNITS_MAX) {
      this.isFull = true
      return -1
    }
    this.#units += word.length
    this.numbers.set(detached(word), number)
    this.unsent.push(word)
    return number
  }

  /** A frame with so many strings has been written. */
  sent(strings: number): void {
    this.#added += this.unsent.length
    this.#strings += strings
    this.unsent.length = 0
    this.isAnew = false
  }

  /** Most strings came once only: they had better be sent as they are. */
  get isIdle(): boolean {
    if (this.#added < JUDGED_AFTER) return false
    const isIdle = 2 * this.#added > this.#strings
    this.#added = 0
    this.#strings = 0
    return isIdle
  }

  forget(): void {
    this.numbers.clear()
    this.unsent.length = 0
    this.isAnew = true
    this.isFull = false
    this.#units = 0
  }
}

/** The same string in memory of its own: a dictionary lives longer than the text of which its words are cut. */
const detached = (word: string): string => {
  if (word.length < SHARED_FROM) return word
  const encoding = wide.test(word) ? 'utf16le' : 'latin1'
  return Buffer.from(word, encoding).toString(encoding)
}
