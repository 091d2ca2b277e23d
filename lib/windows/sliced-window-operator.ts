/**
 * Sliding windows whose results cannot depend on the order of records: a record goes into one pane, a window is a row of panes
 * (Li et al., "No pane, no gain", 2005). Panes are as long as the common divisor of size and slide.
 */
import type { CodeScope, Cursor, OperatorContext, RestoreScope, Unwritten } from '../operators/operator.ts'
import type { ByteWriter } from '../state/byte-writer.ts'
import { putOwned } from '../state/key-list.ts'
import type { Alignment } from './aligned-window-operator.ts'
import { checkTime, commonDivisor, offsetWithin, startAt } from '../time/alignment.ts'
import { FiringCursor, LateCursor, type FiringSource, type FiringWindow, type LateFiring } from './firing.ts'
import type { FoldTable } from './fold-layout.ts'
import { HotWindow, hotWindowCode } from './hot-window.ts'
import { LateCounts, LateWindow } from './late-counts.ts'
import { Part } from '../state/part.ts'
import { firstFrom, GatheredWindow, MergedWindow, Pane } from './pane.ts'
import { mergedParts, PaneTree } from './pane-tree.ts'
import { PaneKeys, readPanes, writePanes, type StoredPanes, type WrittenPane } from './stored-panes.ts'
import { readTable, writeTable } from './stored-table.ts'
import type { NumberTable } from './tables/number-table.ts'
import { readProgress, writeProgress, type WindowedOperator, type WindowSetup } from './window-state.ts'

export class SlicedWindowOperator implements WindowedOperator, FiringSource {
  readonly shape = 'many'
  readonly #size: number
  readonly #slide: number
  readonly #offset: number
  readonly #paneSize: number
  readonly #setup: WindowSetup
  /** By start. */
  readonly #panes: Pane[] = []
  readonly #tree: PaneTree | null
  /** By end of the window, for windows that a late record has fired. */
  readonly #late = new Map<number, LateCounts>()
  #watermark = -Infinity
  #seq = 0
  /** Pane of the last record: mostly that of the next one, too. */
  #current: Pane | null = null
  readonly #hot = new HotWindow()
  /** End of the first window with records in it that has not fired. */
  #nextEnd = Infinity
  /** End of the first window whose end of lateness frees something. */
  #nextFree = Infinity
  /** Slot of the current pane that a record has begun to enter; −1: none. */
  #entering = -1

  constructor({ size, slide, offset }: Alignment, setup: WindowSetup) {
    this.#size = size
    this.#slide = slide
    this.#offset = offsetWithin(offset, slide)
    this.#paneSize = commonDivisor(size, slide)
    this.#setup = setup
    this.#tree = setup.layout.isFallible ? null : new PaneTree(setup.layout, this.#paneSize, this.#offset)
  }

  get watermark(): number {
    return this.#watermark
  }

  apply(record: unknown, context: OperatorContext): Cursor | null {
    const { time, key } = context
    this.#entering = -1
    let pane = this.#current
    if (pane === null || !(time >= pane.start && time < pane.start + this.#paneSize)) {
      checkTime(time)
      pane = this.#paneAt(startAt(time, this.#paneSize, this.#offset))
      if (pane === null) {
        context.late(record)
        return null
      }
      this.#current = pane
    }
    const { keys, table } = pane
    if (record instanceof Part) return this.#merge(record, pane, key)
    this.#setup.layout.prepare(record)
    const known = keys.find(key)
    const slot = known < 0 ? keys.size : known
    this.#entering = slot
    table.enter(slot, record)
    this.#entering = -1
    const isLate = pane.firstEnd - 1 <= this.#watermark
    const late = isLate ? this.#lateFirings(pane, key) : null
    const isUntouched = this.#tree === null || !this.#tree.touch(pane.start)
    if (!isLate && isUntouched && key !== null) this.#hot.set(pane.start, pane.start + this.#paneSize, keys, table)
    table.commit(slot, record, time, this.#seq++)
    if (known < 0) keys.add(key)
    return late
  }

  /** Senders combine for panes none of whose windows has fired. */
  #merge(part: Part, { keys, table, start }: Pane, key: unknown): null {
    const isUntouched = this.#tree === null || !this.#tree.touch(start)
    if (isUntouched && key !== null) this.#hot.set(start, start + this.#paneSize, keys, table)
    ;(table as NumberTable).mergePart(keys.add(key), part)
    this.#seq++
    return null
  }

  get readsColumns(): boolean {
    return this.#setup.layout.code !== null
  }

  code(scope: CodeScope): string {
    return hotWindowCode(this.#hot, this.#setup, scope)
  }

  undo(): boolean {
    const slot = this.#entering
    this.#entering = -1
    return slot < 0 || this.#current!.table.undo(slot)
  }

  guard(): void {
    this.#setup.layout.guard()
  }

  onWatermark(at: number): Cursor | null {
    if (!(at > this.#watermark)) return null
    this.#watermark = at
    if (this.#isDue(at)) this.#hot.clear()
    if (this.#isDue(at)) return new FiringCursor(this, at, this.#setup.allowedLateness)
    this.finish(at)
    return null
  }

  begin(at: number): FiringWindow | null {
    const end = this.#nextEnd
    if (!this.#isDue(at)) return null
    const { layout } = this.#setup
    const window = { start: end - this.#size, end }
    if (this.#tree === null) return new GatheredWindow(window, this.#panesOf(end), layout)
    const parts = this.#tree.parts(this.#panes, window.start, end)
    return new MergedWindow(window, parts.length === 1 ? parts[0]! : mergedParts(parts, layout))
  }

  end(window: FiringWindow): void {
    const next = window.window.end + this.#slide
    const pane = this.#panes[firstFrom(this.#panes, next - this.#size)]
    this.#nextEnd = pane === undefined ? Infinity : Math.max(next, pane.firstEnd)
  }

  finish(at: number): void {
    const closed = at - this.#setup.allowedLateness
    if (this.#nextFree - 1 > closed) return
    let freed = 0
    while (freed < this.#panes.length && this.#panes[freed]!.lastEnd - 1 <= closed) freed++
    this.#panes.splice(0, freed)
    this.#nextFree = this.#panes[0]?.lastEnd ?? Infinity
    for (const end of this.#late.keys()) {
      if (end - 1 <= closed) this.#late.delete(end)
      else this.#nextFree = Math.min(this.#nextFree, end)
    }
    if (freed === 0) return
    this.#current = null
    this.#hot.clear()
    this.#tree?.free(this.#panes[0]?.start ?? Infinity)
  }

  nextDue(): number {
    return Math.min(this.#nextEnd - 1, this.#nextFree - 1 + this.#setup.allowedLateness)
  }

  snapshot(writer: ByteWriter): Unwritten {
    const { maxParallelism } = this.#setup
    writeProgress(writer, { watermark: this.#watermark, seq: this.#seq })
    const panes = this.#panes
      .filter(({ keys }) => keys.size > 0)
      .map(({ start, keys, table }): WrittenPane => ({ at: start, keys: keys.list(maxParallelism), writeHeld: (more) => writeTable(writer, table, more) }))
    const late = [...this.#late].map(
      ([end, { keys, firings }]): WrittenPane => ({ at: end, keys: keys.list(maxParallelism), writeHeld: () => writer.i32s(firings) }),
    )
    writePanes(writer, panes)
    writePanes(writer, late)
    return new PaneKeys([...panes, ...late])
  }

  restore(scope: RestoreScope): void {
    const { watermark, seq } = readProgress(scope.parts)
    this.#watermark = watermark
    this.#seq = seq
    const stored: StoredPanes<FoldTable> = new Map()
    const storedLate: StoredPanes<Int32Array> = new Map()
    for (const { reader } of scope.parts) {
      const readKeys = readPanes(reader, stored, (start) => readTable(reader, (scope.same ? this.#paneAt(start)?.table : null) ?? this.#setup.layout.createTable()))
      const readLateKeys = readPanes(reader, storedLate, () => reader.i32s())
      readKeys()
      readLateKeys()
    }
    for (const [start, parts] of stored)
      putOwned(parts, scope, (key, table, from) => {
        const pane = this.#paneAt(start)
        if (pane === null) return
        const slot = pane.keys.add(key)
        if (!scope.same) pane.table.merge(slot, table, from)
      })
    for (const [end, parts] of storedLate) putOwned(parts, scope, (key, firings, slot) => this.#countsOf(end).slotOf(key, () => firings[slot]!))
  }

  size(): number {
    let entries = this.#tree?.size ?? 0
    for (const { keys } of this.#panes) entries += keys.size
    for (const { keys } of this.#late.values()) entries += keys.size
    return entries
  }

  #isDue(at: number): boolean {
    return this.#nextEnd !== Infinity && this.#nextEnd - 1 <= at
  }

  /** The pane that begins at `start`, a new one if there is none; null where all its windows have closed. */
  #paneAt(start: number): Pane | null {
    const place = firstFrom(this.#panes, start)
    const known = this.#panes[place]
    if (known?.start === start) return known
    const lastEnd = startAt(start, this.#slide, this.#offset) + this.#size
    if (lastEnd - 1 + this.#setup.allowedLateness <= this.#watermark) return null
    const firstEnd = startAt(start - this.#size, this.#slide, this.#offset) + this.#slide + this.#size
    const pane = new Pane(start, firstEnd, lastEnd, this.#setup.layout.createTable())
    this.#panes.splice(place, 0, pane)
    const nextEnd = firstEnd - 1 > this.#watermark ? firstEnd : this.#endAfter(this.#watermark + 1)
    if (nextEnd <= lastEnd) this.#nextEnd = Math.min(this.#nextEnd, nextEnd)
    this.#nextFree = Math.min(this.#nextFree, lastEnd)
    return pane
  }

  /** The first end of a window after `time`. */
  #endAfter(time: number): number {
    return startAt(time - this.#size, this.#slide, this.#offset) + this.#slide + this.#size
  }

  #panesOf(end: number): Pane[] {
    return this.#panes.slice(firstFrom(this.#panes, end - this.#size), firstFrom(this.#panes, end))
  }

  #countsOf(end: number): LateCounts {
    let counts = this.#late.get(end)
    if (counts === undefined) {
      counts = new LateCounts()
      this.#late.set(end, counts)
      this.#nextFree = Math.min(this.#nextFree, end)
    }
    return counts
  }

  /** The pane's windows that have fired and are open. Called before the record is in the pane, to see whether its key has fired in them. */
  #lateFirings(pane: Pane, key: unknown): Cursor | null {
    const firings: LateFiring[] = []
    const closed = this.#watermark - this.#setup.allowedLateness
    for (let end = pane.firstEnd; end <= pane.lastEnd && end - 1 <= this.#watermark; end += this.#slide) {
      if (end - 1 <= closed) continue
      const panes = this.#panesOf(end)
      const counts = this.#countsOf(end)
      const slot = counts.slotOf(key, () => (panes.some(({ keys }) => keys.find(key) >= 0) ? 1 : 0))
      firings.push({ window: new LateWindow({ start: end - this.#size, end }, counts, slot, panes, this.#setup.layout), slot: 0 })
    }
    return firings.length === 0 ? null : new LateCursor(firings)
  }
}
