/**
 * The first half of a windowed aggregate that a shuffle divides: it stands at the end of the sender's chain, adds records up by key and
 * pane, and sends the receivers one `Part` in place of many records (Larson, "Data reduction by partial preaggregation", 2002).
 *
 * The receivers cannot tell the difference:
 * - A record is added up only while its pane has yet to fire at the watermark here, which no receiver is ahead of. Any other goes on as it
 *   is: it is late, or fires its window again, and that is judged where it always was.
 * - The parts of a pane go before the watermark that fires it, and all parts before a barrier, so that no snapshot holds any.
 * - Keys leave in the order in which they came, and no record overtakes the parts of its pane.
 */
import { commonDivisor, checkTime, offsetWithin, startAt } from '../time/alignment.ts'
import type { CodeScope, Cursor, ManyOperator, OperatorContext } from '../operators/operator.ts'
import type { Alignment } from './aligned-window-operator.ts'
import type { FoldLayout } from './fold-layout.ts'
import { OneRecord, PartsCursor, type HeldPane, type PaneRoom } from './parts-cursor.ts'
import type { NumberTable } from './tables/number-table.ts'
import { WindowKeys } from './window-keys.ts'

/** Keys held at once, over all panes. */
const entriesMax = 8192
/** Panes at once: each has tables of its own. */
const panesMax = 64
/** The next panes most likely have as many keys. */
const sparesMax = 2
/** With fewer records than that for each part, adding them up costs more than it saves. */
const recordsPerPart = 2
/** Records over which that is judged, at least. */
const judgedRecords = 1024
/** Records that then go on as they are before it is tried again. */
const skippedRecords = 131_072

export class CombineOperator implements ManyOperator {
  readonly shape = 'many'
  readonly #size: number
  readonly #slide: number
  readonly #offset: number
  readonly #paneSize: number
  readonly #layout: FoldLayout
  readonly #panes = new Map<number, HeldPane>()
  readonly #record = new OneRecord()
  /** Room that panes have left, empty. */
  readonly #spare: PaneRoom[] = []
  /** Parts sent of the records that `taken` counts. */
  #sent = 0
  /** What compiled chains look at: the pane that the next record most likely goes into, while it has fewer keys than `limit`. */
  from: number = Infinity
  to: number = -Infinity
  limit = 0
  keys: WindowKeys['index'] | null = null
  table: NumberTable | null = null
  /** Records added up since that was last judged. */
  taken = 0
  /** So many of the next records go on as they are. */
  skipped = 0

  constructor({ size, slide, offset }: Alignment, layout: FoldLayout) {
    this.#size = size
    this.#slide = slide
    this.#offset = offsetWithin(offset, slide)
    this.#paneSize = commonDivisor(size, slide)
    this.#layout = layout
  }

  apply(record: unknown, context: OperatorContext): Cursor | null {
    const { time, key, watermark } = context
    if (this.skipped > 0) {
      this.skipped--
      return this.#record.of(record)
    }
    checkTime(time)
    const start = startAt(time, this.#paneSize, this.#offset)
    // Before the first watermark it is not known how far the receivers are: they may have been restored.
    if (watermark === -Infinity || this.#firesAt(start) <= watermark) return this.#record.of(record)
    this.#layout.prepare(record)
    const full = this.#hasRoom(start, key) ? null : this.#flush(this.#all())
    if (full !== null && this.skipped > 0) return full.before(record)
    const pane = this.#panes.get(start) ?? this.#open(start)
    pane.room.table.commit(pane.room.keys.add(key))
    this.taken++
    if (key !== null) this.#heat(pane)
    return full
  }

  code(scope: CodeScope): string {
    const [combine, table, slot] = [scope.bind(this), scope.local(), scope.local()]
    const code = this.#layout.code!(scope)
    return `if (t >= ${combine}.from && t < ${combine}.to && ${combine}.table.size < ${combine}.limit) {
${code.prepare}
${combine}.taken++; ${table} = ${combine}.table; ${slot} = ${combine}.keys.add(k);
${code.add(table, slot)}
} else if (${combine}.skipped > 0) { ${combine}.skipped--; ${scope.onward()} } else { ${scope.apply} }`
  }

  /** Only the value functions throw, before anything is changed. */
  undo(): boolean {
    return true
  }

  onWatermark(at: number): Cursor | null {
    const due = this.#all().filter(({ firesAt }) => firesAt <= at)
    return due.length === 0 ? null : this.#flush(due)
  }

  onBarrier(): Cursor | null {
    return this.#panes.size === 0 ? null : this.#flush(this.#all())
  }

  onStop(): Cursor | null {
    return this.onBarrier()
  }

  size(): number {
    return this.#entries
  }

  get #entries(): number {
    let entries = 0
    for (const { room } of this.#panes.values()) entries += room.keys.size
    return entries
  }

  /** By start. */
  #all(): HeldPane[] {
    return [...this.#panes.values()].sort((a, b) => a.start - b.start)
  }

  #firesAt(start: number): number {
    return startAt(start - this.#size, this.#slide, this.#offset) + this.#slide + this.#size - 1
  }

  #hasRoom(start: number, key: unknown): boolean {
    const pane = this.#panes.get(start)
    if (pane !== undefined && pane.room.keys.find(key) >= 0) return true
    return this.#entries < entriesMax && (pane !== undefined || this.#panes.size < panesMax)
  }

  #open(start: number): HeldPane {
    const room = this.#spare.pop() ?? { keys: new WindowKeys(), table: this.#layout.createTable() as NumberTable }
    const pane = { start, firesAt: this.#firesAt(start), room }
    this.#panes.set(start, pane)
    return pane
  }

  readonly #free = (room: PaneRoom): void => {
    if (this.#spare.length < sparesMax) this.#spare.push(room)
  }

  #heat({ start, room: { keys, table } }: HeldPane): void {
    this.from = start
    this.to = start + this.#paneSize
    this.keys = keys.index
    this.table = table
    this.limit = table.size + entriesMax - this.#entries
  }

  #cool(): void {
    this.from = Infinity
    this.to = -Infinity
    this.keys = null
    this.table = null
  }

  /** Sends these panes; all of them, where it turns out that adding up does not pay. */
  #flush(due: readonly HeldPane[]): PartsCursor {
    const sent = due.reduce((sum, { room }) => sum + room.keys.size, 0)
    const entries = this.#entries
    this.#sent += sent
    let panes = due
    if (this.taken >= judgedRecords) {
      const left = entries - sent
      if (this.taken < recordsPerPart * (this.#sent + left)) {
        panes = this.#all()
        this.skipped = skippedRecords
      }
      this.taken = 0
      this.#sent = this.skipped > 0 ? 0 : -left
    }
    for (const { start } of panes) this.#panes.delete(start)
    this.#cool()
    return new PartsCursor(panes, this.#free)
  }
}
