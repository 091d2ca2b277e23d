/** Windows of activity that merge: one accumulator for each session of each key. */
import type { Cursor, OperatorContext, RestoreScope } from '../operators/operator.ts'
import type { ByteWriter } from '../state/byte-writer.ts'
import { groupOf } from '../state/key-list.ts'
import { canonicalKey, type CanonicalKey } from '../state/key.ts'
import { checkTime } from '../time/alignment.ts'
import { DueQueue } from './due-queue.ts'
import { FiringCursor, LateCursor, type FiringSource, type FiringWindow } from './firing.ts'
import type { FoldTable } from './fold-layout.ts'
import { firstEndingFrom, Session } from './session.ts'
import { readEntries, writeEntries } from './stored-entries.ts'
import { readProgress, writeProgress, type WindowedOperator, type WindowSetup } from './window-state.ts'

/** Sessions end one by one, but a table goes as a whole: so it is small, and gone with the last of its sessions. */
const slotsPerTable = 64

export type Gap = number | ((record: unknown) => number)

export class SessionWindowOperator implements WindowedOperator, FiringSource {
  readonly shape = 'many'
  readonly #gap: Gap
  readonly #setup: WindowSetup
  /** Sessions of each key by start; no two of them meet. */
  readonly #sessions = new Map<CanonicalKey | null, Session[]>()
  /** Their end is still to come. `dueEnd` may be behind `end`. */
  readonly #due = new DueQueue<Session>()
  /** Fired, and open for late records. */
  readonly #fired = new DueQueue<Session>()
  #watermark = -Infinity
  #seq = 0
  #count = 0
  /** Where the next session goes. */
  #table: FoldTable
  /** What the current record has begun to enter. */
  #entering: { readonly table: FoldTable; readonly slot: number } | null = null

  constructor(gap: Gap, setup: WindowSetup) {
    this.#gap = gap
    this.#setup = setup
    this.#table = setup.layout.createTable()
  }

  get watermark(): number {
    return this.#watermark
  }

  apply(record: unknown, context: OperatorContext): Cursor | null {
    const { time, key } = context
    this.#entering = null
    checkTime(time)
    const end = time + (typeof this.#gap === 'number' ? this.#gap : checkedGap(this.#gap(record)))
    const canonical = canonicalOf(key)
    const sessions = this.#sessions.get(canonical)
    const from = sessions === undefined ? 0 : firstEndingFrom(sessions, time)
    let to = from
    while (sessions !== undefined && to < sessions.length && sessions[to]!.start <= end) to++
    if (sessions === undefined || from === to) return this.#begin(record, end, canonical, from, context)
    this.#setup.layout.prepare(record)
    const session = sessions[from]!
    const mergedEnd = Math.max(sessions[to - 1]!.end, end)
    if (to - from === 1) this.#enter(session.table, session.slot, record, time)
    else this.#join(sessions, from, to, record, time)
    this.#seq++
    return this.#extend(session, Math.min(session.start, time), mergedEnd)
  }

  undo(): boolean {
    const entering = this.#entering
    this.#entering = null
    return entering === null || entering.table.undo(entering.slot)
  }

  guard(): void {
    this.#setup.layout.guard()
  }

  onWatermark(at: number): Cursor | null {
    if (!(at > this.#watermark)) return null
    this.#watermark = at
    const first = this.#due.first()
    if (first !== undefined && first.dueEnd - 1 <= at) return new FiringCursor(this, at, this.#setup.allowedLateness)
    this.finish(at)
    return null
  }

  begin(at: number): FiringWindow | null {
    for (;;) {
      const first = this.#due.first()
      if (first === undefined || first.dueEnd - 1 > at) return null
      if (first.isDueAsQueued) return first
      first.setDue()
      this.#due.moved(first)
    }
  }

  end(window: FiringWindow, isLast: boolean): void {
    const session = window as Session
    this.#due.remove(session)
    session.isFired = true
    if (isLast) this.#free(session)
    else this.#fired.push(session)
  }

  finish(at: number): void {
    for (;;) {
      const first = this.#fired.first()
      if (first === undefined || first.dueEnd - 1 + this.#setup.allowedLateness > at) return
      if (first.isDueAsQueued) {
        this.#fired.remove(first)
        this.#free(first)
      } else {
        first.setDue()
        this.#fired.moved(first)
      }
    }
  }

  nextDue(): number {
    const due = this.#due.first()
    const fired = this.#fired.first()
    return Math.min(due === undefined ? Infinity : due.dueEnd - 1, fired === undefined ? Infinity : fired.dueEnd - 1 + this.#setup.allowedLateness)
  }

  snapshot(writer: ByteWriter): void {
    writeProgress(writer, { watermark: this.#watermark, seq: this.#seq })
    const sessions = [...this.#sessions.values()].flat().sort((a, b) => a.end - b.end || a.start - b.start || a.seq - b.seq)
    writeEntries(
      writer,
      sessions.length,
      (i) => groupOf(sessions[i]!.key, this.#setup.maxParallelism),
      (entry, i) => sessions[i]!.write(entry),
    )
  }

  restore(scope: RestoreScope): void {
    const { watermark, seq } = readProgress(scope.parts)
    this.#watermark = watermark
    const restored: { group: number; session: Session }[] = []
    for (const { reader } of scope.parts) {
      for (const entry of readEntries(reader, scope)) restored.push({ group: entry.group, session: Session.read(entry.reader, this.#roomyTable()) })
    }
    // Arrival was counted by several instances: in a group it still tells the order, between groups the group does.
    if (!scope.same) {
      restored.sort((a, b) => a.group - b.group || a.session.seq - b.session.seq)
      for (const [i, { session }] of restored.entries()) session.seq = i
    }
    this.#seq = Math.max(seq, restored.length)
    for (const { session } of restored) {
      const canonical = canonicalOf(session.key)
      this.#insert(canonical, session, firstEndingFrom(this.#sessions.get(canonical) ?? [], session.start))
      this.#queue(session)
    }
  }

  size(): number {
    return this.#count
  }

  #begin(record: unknown, end: number, canonical: CanonicalKey | null, place: number, context: OperatorContext): Cursor | null {
    if (end - 1 + this.#setup.allowedLateness <= this.#watermark) {
      context.late(record)
      return null
    }
    this.#setup.layout.prepare(record)
    const table = this.#roomyTable()
    const slot = table.size
    this.#enter(table, slot, record, context.time)
    const session = new Session(context.key === 0 ? 0 : context.key, { start: context.time, end }, this.#seq++, table, slot)
    this.#insert(canonical, session, place)
    return this.#queue(session)
  }

  #insert(canonical: CanonicalKey | null, session: Session, place: number): void {
    const sessions = this.#sessions.get(canonical)
    if (sessions === undefined) this.#sessions.set(canonical, [session])
    else sessions.splice(place, 0, session)
    this.#count++
  }

  #enter(table: FoldTable, slot: number, record: unknown, time: number): void {
    this.#entering = { table, slot }
    table.enter(slot, record)
    table.commit(slot, record, time, this.#seq)
    this.#entering = null
  }

  /** Makes one session, the earliest, of those `from` … `to − 1` and the record. */
  #join(sessions: Session[], from: number, to: number, record: unknown, time: number): void {
    const first = sessions[from]!
    if (this.#setup.layout.isFallible) {
      // In a slot of its own, so that until nothing more can throw the sessions are as they were.
      const table = this.#roomyTable()
      const slot = table.size
      try {
        for (let i = from; i < to; i++) table.merge(slot, sessions[i]!.table, sessions[i]!.slot)
        table.enter(slot, record)
      } catch (error) {
        if (table.size > slot) table.drop(slot)
        throw error
      }
      table.commit(slot, record, time, this.#seq)
      first.moveTo(table, slot)
    } else {
      for (let i = from + 1; i < to; i++) first.table.merge(first.slot, sessions[i]!.table, sessions[i]!.slot)
      this.#enter(first.table, first.slot, record, time)
    }
    for (const other of sessions.splice(from + 1, to - from - 1)) {
      this.#queueOf(other).remove(other)
      first.absorb(other)
      this.#count--
    }
  }

  /** The session as it is now goes to where it belongs; it fires at once if its end is over. */
  #extend(session: Session, start: number, end: number): Cursor | null {
    const queue = this.#queueOf(session)
    session.start = start
    session.end = end
    const isOver = end - 1 <= this.#watermark
    if (queue !== (isOver ? this.#fired : this.#due)) {
      queue.remove(session)
      return this.#queue(session)
    }
    // That it ends later is noticed when it comes first; that it begins or arrived earlier must be known before.
    if (start !== session.dueStart || session.seq !== session.dueSeq) {
      session.setDue()
      queue.moved(session)
    }
    return isOver ? lateFiring(session) : null
  }

  #queue(session: Session): Cursor | null {
    session.setDue()
    session.isFired = session.end - 1 <= this.#watermark
    this.#queueOf(session).push(session)
    return session.isFired ? lateFiring(session) : null
  }

  #queueOf(session: Session): DueQueue<Session> {
    return session.isFired ? this.#fired : this.#due
  }

  #roomyTable(): FoldTable {
    if (this.#table.size >= slotsPerTable) this.#table = this.#setup.layout.createTable()
    return this.#table
  }

  #free(session: Session): void {
    session.table.drop(session.slot)
    const canonical = canonicalOf(session.key)
    const sessions = this.#sessions.get(canonical)!
    if (sessions.length === 1) this.#sessions.delete(canonical)
    else sessions.splice(sessions.indexOf(session), 1)
    this.#count--
  }
}

const canonicalOf = (key: unknown): CanonicalKey | null => (key === null ? null : canonicalKey(key))

const lateFiring = (session: Session): Cursor => new LateCursor([{ window: session, slot: 0 }])

const checkedGap = (gap: number): number => {
  if (Number.isSafeInteger(gap) && gap > 0) return gap
  throw new RangeError(`the function of session(gap) gave ${String(gap)}, not a whole number of milliseconds above 0`)
}
