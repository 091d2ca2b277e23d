/**
 * What is due first: by end, then start, then arrival. A binary heap whose items know their place, so that one which changes is moved.
 * Items may come to be due later without being moved, if whoever takes the first one checks it (`end` is then only a lower bound).
 */

export interface DueItem {
  dueEnd: number
  dueStart: number
  dueSeq: number
  /** Set by the queue alone. */
  place: number
}

export const isDueBefore = (a: DueItem, b: DueItem): boolean =>
  a.dueEnd !== b.dueEnd ? a.dueEnd < b.dueEnd : a.dueStart !== b.dueStart ? a.dueStart < b.dueStart : a.dueSeq < b.dueSeq

export class DueQueue<T extends DueItem> {
  readonly #items: T[] = []

  get size(): number {
    return this.#items.length
  }

  first(): T | undefined {
    return this.#items[0]
  }

  push(item: T): void {
    item.place = this.#items.length
    this.#items.push(item)
    this.#rise(item)
  }

  /** The item's due fields have changed. */
  moved(item: T): void {
    this.#rise(item)
    this.#sink(item)
  }

  remove(item: T): void {
    const last = this.#items.pop()!
    if (last === item) return
    last.place = item.place
    this.#items[item.place] = last
    this.moved(last)
  }

  #rise(item: T): void {
    const items = this.#items
    while (item.place > 0) {
      const above = items[(item.place - 1) >> 1]!
      if (!isDueBefore(item, above)) return
      this.#swap(item, above)
    }
  }

  #sink(item: T): void {
    const items = this.#items
    for (;;) {
      const left = items[2 * item.place + 1]
      const right = items[2 * item.place + 2]
      const below = left !== undefined && right !== undefined && isDueBefore(right, left) ? right : left
      if (below === undefined || !isDueBefore(below, item)) return
      this.#swap(below, item)
    }
  }

  #swap(rising: T, sinking: T): void {
    const place = rising.place
    rising.place = sinking.place
    sinking.place = place
    this.#items[rising.place] = rising
    this.#items[place] = sinking
  }
}
