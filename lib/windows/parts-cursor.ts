/** What a sender puts out that adds records up: the parts of its panes, or a record as it is. */
import { DONE, type Cursor, type OperatorContext } from '../operators/operator.ts'
import type { NumberTable } from './tables/number-table.ts'
import type { WindowKeys } from './window-keys.ts'

/** Where the keys of a pane lie, and what is added up for them. */
export interface PaneRoom {
  readonly keys: WindowKeys
  readonly table: NumberTable
}

/** What a sender has added up of one pane. */
export interface HeldPane {
  readonly start: number
  /** The watermark that first fires it. */
  readonly firesAt: number
  readonly room: PaneRoom
}

/** The parts of some panes, pane by pane, each with its key and a time of its pane. */
export class PartsCursor implements Cursor {
  readonly #panes: readonly HeldPane[]
  readonly #free: (room: PaneRoom) => void
  #pane = 0
  #slot = 0
  #record: unknown = DONE

  /** `free` is given the room of each pane once it is empty. */
  constructor(panes: readonly HeldPane[], free: (room: PaneRoom) => void) {
    this.#panes = panes
    this.#free = free
  }

  /** After the parts, that record. */
  before(record: unknown): this {
    this.#record = record
    return this
  }

  next(context: OperatorContext): unknown {
    for (let pane = this.#panes[this.#pane]; pane !== undefined; pane = this.#panes[++this.#pane]) {
      const { start, room } = pane
      const { keys, table } = room
      if (this.#slot < keys.size) {
        context.time = start
        context.key = keys.keyAt(this.#slot)
        return table.partOf(this.#slot++)
      }
      this.#slot = 0
      keys.clear()
      table.clear()
      this.#free(room)
    }
    const record = this.#record
    this.#record = DONE
    return record
  }

  input(): unknown {
    return this.#record
  }

  skip(): void {
    this.#record = DONE
  }

  undoable(): boolean {
    return true
  }
}

/** One record as it is. There is one for all: a cursor is read to its end before the next call. */
export class OneRecord implements Cursor {
  #record: unknown = DONE

  of(record: unknown): this {
    this.#record = record
    return this
  }

  next(): unknown {
    const record = this.#record
    this.#record = DONE
    return record
  }

  input(): unknown {
    return this.#record
  }

  skip(): void {
    this.#record = DONE
  }

  undoable(): boolean {
    return true
  }
}
