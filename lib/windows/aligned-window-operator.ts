/** Tumbling and sliding windows that keep an accumulator for each key in each window. */
import type { Window } from '../api/stream.ts'
import type { CodeScope, Cursor, OperatorContext, RestoreScope, Unwritten } from '../operators/operator.ts'
import type { ByteWriter } from '../state/byte-writer.ts'
import { putOwned } from '../state/key-list.ts'
import { checkTime, offsetWithin, startAt } from '../time/alignment.ts'
import { DueQueue, type DueItem } from './due-queue.ts'
import { FiringCursor, LateCursor, type FiringSource, type FiringWindow, type LateFiring } from './firing.ts'
import type { FoldTable } from './fold-layout.ts'
import { HotWindow, hotWindowCode } from './hot-window.ts'
import { Part } from '../state/part.ts'
import { PaneKeys, readPanes, writePanes, type StoredPanes, type WrittenPane } from './stored-panes.ts'
import { readTable, writeTable } from './stored-table.ts'
import type { NumberTable } from './tables/number-table.ts'
import { WindowKeys } from './window-keys.ts'
import { readProgress, writeProgress, type WindowedOperator, type WindowSetup } from './window-state.ts'

export interface Alignment {
  /** Milliseconds. */
  readonly size: number
  readonly slide: number
  readonly offset: number
}

/** Keys for which empty windows keep room. Where several senders are not equally far there are many at once, and they end and begin in turn. */
const spareKeysMax = 65_536

/** Where the keys of a window lie, and what is kept for them. */
interface Room {
  readonly keys: WindowKeys
  readonly table: FoldTable
  /** When it became empty. */
  readonly hadKeys: number
}

class AlignedWindow implements DueItem, FiringWindow {
  readonly window: Window
  readonly keys: WindowKeys
  readonly table: FoldTable
  /** Firings of each key, from the window's first on. */
  readonly #firings: number[] = []
  readonly dueEnd: number
  readonly dueStart: number
  readonly dueSeq = 0
  place = 0

  constructor(start: number, end: number, { keys, table }: Pick<Room, 'keys' | 'table'>) {
    this.window = { start, end }
    this.dueStart = start
    this.dueEnd = end
    this.keys = keys
    this.table = table
  }

  get size(): number {
    return this.keys.size
  }

  keyAt(slot: number): unknown {
    return this.keys.keyAt(slot)
  }

  resultAt(slot: number, isLast: boolean): unknown {
    return this.table.result(slot, isLast)
  }

  firingsAt(slot: number): number {
    return this.#firings[slot] ?? 0
  }

  countFiring(slot: number): void {
    this.setFirings(slot, this.firingsAt(slot) + 1)
  }

  written(writer: ByteWriter, maxParallelism: number): WrittenPane {
    const writeHeld = (more: number): void => {
      writer.i32s(this.#firings)
      writeTable(writer, this.table, more)
    }
    return { at: this.window.start, keys: this.keys.list(maxParallelism), writeHeld }
  }

  setFirings(slot: number, firings: number): void {
    while (this.#firings.length < slot) this.#firings.push(0)
    this.#firings[slot] = firings
  }
}

export class AlignedWindowOperator implements WindowedOperator, FiringSource {
  readonly shape = 'many'
  readonly #size: number
  readonly #slide: number
  readonly #offset: number
  readonly #setup: WindowSetup
  readonly #windows = new Map<number, AlignedWindow>()
  /** Not fired yet. */
  readonly #due = new DueQueue<AlignedWindow>()
  /** Fired, and open for late records. */
  readonly #fired = new DueQueue<AlignedWindow>()
  /** Room that windows have left, empty. */
  readonly #spare: Room[] = []
  /** Keys that these had. */
  #spareKeys = 0
  #watermark = -Infinity
  #seq = 0
  /** The open windows of every time from `#from` up to `#to`: mostly those of the next record, too. */
  #current: AlignedWindow[] = []
  #from = Infinity
  #to = -Infinity
  readonly #hot = new HotWindow()
  /** Slots of the current record in `#current`, and how many of these windows it has begun to enter. */
  readonly #slots: number[] = []
  #entered = 0

  constructor({ size, slide, offset }: Alignment, setup: WindowSetup) {
    this.#size = size
    this.#slide = slide
    this.#offset = offsetWithin(offset, slide)
    this.#setup = setup
  }

  get watermark(): number {
    return this.#watermark
  }

  apply(record: unknown, context: OperatorContext): Cursor | null {
    const { time, key } = context
    const { layout } = this.#setup
    this.#entered = 0
    if (!(time >= this.#from && time < this.#to) && !this.#locate(time, record, context)) return null
    if (record instanceof Part) return this.#merge(record, key)
    layout.prepare(record)
    const windows = this.#current
    const slots = this.#slots
    const seq = this.#seq
    for (let i = 0; i < windows.length; i++) {
      const { keys, table } = windows[i]!
      const known = keys.find(key)
      const slot = known < 0 ? keys.size : known
      slots[i] = slot
      this.#entered = i + 1
      table.enter(slot, record)
    }
    for (let i = 0; i < windows.length; i++) {
      const { keys, table } = windows[i]!
      const slot = slots[i]!
      table.commit(slot, record, time, seq)
      if (slot === keys.size) keys.add(key)
    }
    this.#entered = 0
    this.#seq = seq + 1
    if (windows[0]!.window.end - 1 <= this.#watermark) return this.#fireLate()
    if (windows.length === 1 && key !== null) this.#hot.set(this.#from, this.#to, windows[0]!.keys, windows[0]!.table)
    return null
  }

  /** Senders combine for windows that do not overlap and have yet to fire: there is one, and it is due. */
  #merge(part: Part, key: unknown): null {
    const { keys, table } = this.#current[0]!
    ;(table as NumberTable).mergePart(keys.add(key), part)
    this.#seq++
    if (key !== null) this.#hot.set(this.#from, this.#to, keys, table)
    return null
  }

  get readsColumns(): boolean {
    return this.#setup.layout.code !== null
  }

  code(scope: CodeScope): string {
    return hotWindowCode(this.#hot, this.#setup, scope)
  }

  undo(): boolean {
    let isKnown = true
    for (let i = 0; i < this.#entered; i++) if (!this.#current[i]!.table.undo(this.#slots[i]!)) isKnown = false
    this.#entered = 0
    return isKnown
  }

  guard(): void {
    this.#setup.layout.guard()
  }

  onWatermark(at: number): Cursor | null {
    if (!(at > this.#watermark)) return null
    this.#watermark = at
    const first = this.#due.first()
    if (first === undefined || first.window.end - 1 <= at) this.#hot.clear()
    if (first !== undefined && first.window.end - 1 <= at) return new FiringCursor(this, at, this.#setup.allowedLateness)
    this.finish(at)
    return null
  }

  begin(at: number): FiringWindow | null {
    const first = this.#due.first()
    return first !== undefined && first.window.end - 1 <= at ? first : null
  }

  end(window: FiringWindow, isLast: boolean): void {
    const fired = window as AlignedWindow
    this.#due.remove(fired)
    if (isLast) this.#free(fired)
    else this.#fired.push(fired)
  }

  finish(at: number): void {
    for (;;) {
      const first = this.#fired.first()
      if (first === undefined || first.window.end - 1 + this.#setup.allowedLateness > at) return
      this.#fired.remove(first)
      this.#free(first)
    }
  }

  nextDue(): number {
    const due = this.#due.first()
    const fired = this.#fired.first()
    return Math.min(due === undefined ? Infinity : due.window.end - 1, fired === undefined ? Infinity : fired.window.end - 1 + this.#setup.allowedLateness)
  }

  snapshot(writer: ByteWriter): Unwritten {
    writeProgress(writer, { watermark: this.#watermark, seq: this.#seq })
    const windows = [...this.#windows.values()].filter(({ size }) => size > 0).sort((a, b) => a.window.start - b.window.start)
    const written = windows.map((window) => window.written(writer, this.#setup.maxParallelism))
    writePanes(writer, written)
    return new PaneKeys(written)
  }

  restore(scope: RestoreScope): void {
    const { watermark, seq } = readProgress(scope.parts)
    this.#watermark = watermark
    this.#seq = seq
    const windowAt = (start: number): AlignedWindow => this.#windows.get(start) ?? this.#open(start)
    const stored: StoredPanes<{ readonly firings: Int32Array; readonly table: FoldTable }> = new Map()
    for (const { reader } of scope.parts) {
      const readKeys = readPanes(reader, stored, (start) => ({
        firings: reader.i32s(),
        table: readTable(reader, scope.same ? windowAt(start).table : this.#setup.layout.createTable()),
      }))
      readKeys()
    }
    for (const [start, parts] of stored)
      putOwned(parts, scope, (key, { firings, table }, from) => {
        const window = windowAt(start)
        const slot = window.keys.add(key)
        if (!scope.same) window.table.merge(slot, table, from)
        if (from < firings.length) window.setFirings(slot, firings[from]!)
      })
  }

  size(): number {
    let entries = 0
    for (const { size } of this.#windows.values()) entries += size
    return entries
  }

  /** Makes the open windows of `time` the current ones. False: there are none. */
  #locate(time: number, record: unknown, context: OperatorContext): boolean {
    checkTime(time)
    const closed = this.#watermark - this.#setup.allowedLateness
    const last = startAt(time, this.#slide, this.#offset)
    const starts: number[] = []
    let from = last
    let isIn = false
    for (let start = last; ; start -= this.#slide) {
      const end = start + this.#size
      if (end <= time) {
        from = Math.max(from, end)
        break
      }
      isIn = true
      if (end - 1 <= closed) break
      starts.push(start)
    }
    if (starts.length === 0) {
      if (isIn) context.late(record)
      return false
    }
    this.#current = starts.reverse().map((start) => this.#windows.get(start) ?? this.#open(start))
    this.#from = from
    this.#to = Math.min(last + this.#slide, starts[0]! + this.#size)
    return true
  }

  #open(start: number): AlignedWindow {
    const room = this.#spare.pop() ?? { keys: new WindowKeys(), table: this.#setup.layout.createTable(), hadKeys: 0 }
    this.#spareKeys -= room.hadKeys
    const window = new AlignedWindow(start, start + this.#size, room)
    this.#windows.set(start, window)
    if (window.window.end - 1 <= this.#watermark) this.#fired.push(window)
    else this.#due.push(window)
    return window
  }

  #free(window: AlignedWindow): void {
    this.#windows.delete(window.window.start)
    this.#from = Infinity
    this.#to = -Infinity
    this.#current = []
    this.#hot.clear()
    // The next windows most likely have as many keys.
    const hadKeys = window.keys.size
    if (this.#setup.layout.code === null || (this.#spare.length > 0 && this.#spareKeys + hadKeys > spareKeysMax)) return
    window.keys.clear()
    window.table.clear()
    this.#spare.push({ keys: window.keys, table: window.table, hadKeys })
    this.#spareKeys += hadKeys
  }

  #fireLate(): Cursor {
    const firings: LateFiring[] = []
    for (const [i, window] of this.#current.entries()) {
      if (window.window.end - 1 <= this.#watermark) firings.push({ window, slot: this.#slots[i]! })
    }
    return new LateCursor(firings)
  }
}
