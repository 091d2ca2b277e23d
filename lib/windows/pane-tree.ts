/**
 * Panes merged in twos, fours, eights …, so that a window of many panes is put together from few tables (as the aggregate trees of
 * Tangwongsan et al., "General incremental sliding-window aggregation", 2015). A cache: made when a window fires, and only for
 * aggregates whose merging calls no function of the user.
 */
import type { FoldLayout } from './fold-layout.ts'
import { firstFrom, type Pane, type PanePart } from './pane.ts'
import { WindowKeys } from './window-keys.ts'

/** Merged panes are kept where this share of their entries is left; with less in common they would only cost memory. */
const keptShare = 0.75

export class PaneTree {
  readonly #layout: FoldLayout
  readonly #paneSize: number
  readonly #offset: number
  /** Level l − 1, at place j: what covers panes j · 2^l … (j + 1) · 2^l − 1, oldest first. */
  readonly #levels: Map<number, readonly PanePart[]>[] = []
  /** No pane that begins here or later is part of anything above it. */
  #builtTo = -Infinity

  constructor(layout: FoldLayout, paneSize: number, offset: number) {
    this.#layout = layout
    this.#paneSize = paneSize
    this.#offset = offset
  }

  /** Tables and lists kept. */
  get size(): number {
    return this.#levels.reduce((total, nodes) => total + nodes.size, 0)
  }

  /** Few parts that have all there is from `start` to `end`, oldest first. `panes`: all of them, by start. */
  parts(panes: readonly Pane[], start: number, end: number): PanePart[] {
    const parts: PanePart[] = []
    const last = this.#placeOf(end)
    for (let place = this.#placeOf(start); place < last; ) {
      let level = 0
      while (place % 2 ** (level + 1) === 0 && place + 2 ** (level + 1) <= last) level++
      for (const part of this.#node(panes, level, place / 2 ** level)) parts.push(part)
      place += 2 ** level
    }
    this.#builtTo = Math.max(this.#builtTo, end)
    return parts
  }

  /** A record is about to go into the pane that begins at `start`. False: nothing has been made of it since. */
  touch(start: number): boolean {
    if (start >= this.#builtTo) return false
    const place = this.#placeOf(start)
    for (const [i, nodes] of this.#levels.entries()) nodes.delete(Math.floor(place / 2 ** (i + 1)))
    return true
  }

  /** Panes before `start` are gone. */
  free(start: number): void {
    const first = this.#placeOf(start)
    for (const [i, nodes] of this.#levels.entries()) {
      // Mostly made in order of time; one made later again is found when it comes first.
      for (const place of nodes.keys()) {
        if ((place + 1) * 2 ** (i + 1) > first) break
        nodes.delete(place)
      }
    }
  }

  #node(panes: readonly Pane[], level: number, place: number): readonly PanePart[] {
    const start = place * 2 ** level * this.#paneSize + this.#offset
    const from = firstFrom(panes, start)
    const to = firstFrom(panes, start + 2 ** level * this.#paneSize)
    if (to - from <= 1) return panes.slice(from, to)
    while (this.#levels.length < level) this.#levels.push(new Map())
    const nodes = this.#levels[level - 1]!
    const known = nodes.get(place)
    if (known !== undefined) return known
    const halves = [...this.#node(panes, level - 1, 2 * place), ...this.#node(panes, level - 1, 2 * place + 1)]
    const merged = mergedParts(halves, this.#layout)
    const entries = halves.reduce((total, { keys }) => total + keys.size, 0)
    const made = merged.keys.size <= keptShare * entries ? [merged] : halves
    nodes.set(place, made)
    return made
  }

  #placeOf(time: number): number {
    return Math.round((time - this.#offset) / this.#paneSize)
  }
}

/** All keys of some parts: as they first come, oldest part first. */
export const mergedParts = (parts: readonly PanePart[], layout: FoldLayout): PanePart => {
  const largest = parts.reduce((one, other) => (other.keys.size > one.keys.size ? other : one))
  const merged = { keys: new WindowKeys(largest.keys), table: layout.createTable() }
  for (const { keys, table } of parts) {
    for (let from = 0; from < keys.size; from++) merged.table.merge(merged.keys.add(keys.keyAt(from)), table, from)
  }
  return merged
}
