/** Where rows for one receiver collect. */
import { BATCH_MARKS_MAX } from './batch.ts'
import type { Batch, Message } from './batch.ts'
import type { Sender } from './channel.ts'

/** Room that the first batch is given; later ones as much as the last one had. */
const FIRST_ROWS = 16

export class Outlet {
  readonly sender: Sender
  /** What has to go before the open batch; at most two batches and their control messages. */
  readonly pending: Message[] = []
  readonly rowsMax: number
  readonly valuesOnly: boolean
  /** Called where a batch cannot go. */
  private readonly blocked: () => void
  /** Of the open batch: its rows in arrays that are made as long as they will most likely be, and cut off when it is closed. */
  private values: unknown[]
  private times: number[]
  private keys: unknown[]
  private rows = 0
  /** With so many rows there is something to be done. */
  private limit: number
  private markAt: number[] = []
  private marks: number[] = []
  private splitName = ''
  private closedRecords = 0

  /** `valuesOnly`: the receiver is a sink. */
  constructor(sender: Sender, valuesOnly: boolean, blocked: () => void) {
    this.sender = sender
    this.blocked = blocked
    this.rowsMax = sender.batchRows
    this.limit = this.rowsMax
    this.valuesOnly = valuesOnly
    this.values = new Array<unknown>(FIRST_ROWS)
    this.times = new Array<number>(FIRST_ROWS)
    this.keys = new Array<unknown>(FIRST_ROWS)
  }

  /** Of the rows of the open batch. */
  get origin(): string {
    return this.splitName
  }

  /** Whether as many rows as a batch holds may be put without a pause. */
  get hasRoom(): boolean {
    return this.pending.length === 0 && this.sender.hasCredit()
  }

  /** `put` where the receiver is a sink. */
  putValue(value: unknown): boolean {
    this.values[this.rows] = value
    if (++this.rows < this.limit) return false
    this.overflow()
    return true
  }

  /** True: the batch has gone, or cannot. */
  put(value: unknown, time: number, key: unknown): boolean {
    if (!this.valuesOnly) {
      this.times[this.rows] = time
      this.keys[this.rows] = key
    }
    this.values[this.rows] = value
    if (++this.rows < this.limit) return false
    this.overflow()
    return true
  }

  /** A watermark, behind the rows. */
  mark(at: number): void {
    this.markAt.push(this.rows)
    this.marks.push(at)
    if (this.marks.length >= BATCH_MARKS_MAX) this.overflow()
  }

  private overflow(): void {
    if (this.rows >= this.rowsMax || this.marks.length >= BATCH_MARKS_MAX) this.close(this.splitName)
    if (!this.drain()) this.blocked()
  }

  /** Records put so far. */
  get total(): number {
    return this.closedRecords + this.rows
  }

  /** Puts the open batch in line; the next one is of `origin`. */
  close(origin: string): void {
    if (this.rows > 0 || this.marks.length > 0) this.pending.push(this.taken())
    this.splitName = origin
    this.settle()
  }

  private taken(): Batch {
    const { rows, values, times, keys, markAt, marks, valuesOnly, splitName } = this
    values.length = rows
    times.length = valuesOnly ? 0 : rows
    keys.length = valuesOnly ? 0 : rows
    this.closedRecords += rows
    this.rows = 0
    const room = Math.min(this.rowsMax, Math.max(FIRST_ROWS, rows))
    this.values = new Array<unknown>(room)
    this.times = new Array<number>(valuesOnly ? 0 : room)
    this.keys = new Array<unknown>(valuesOnly ? 0 : room)
    this.markAt = []
    this.marks = []
    return { type: 'batch', length: rows, values, times, keys, markAt, marks, origin: splitName }
  }

  /** A control message, behind the rows. True: it has gone. */
  control(message: Message): boolean {
    this.close(this.splitName)
    this.pending.push(message)
    return this.drain()
  }

  /** Sends what credit allows. True: nothing is left in line. */
  drain(): boolean {
    let sent = 0
    for (const message of this.pending) {
      if (message.type === 'batch' && !this.sender.hasCredit()) break
      this.sender.send(message)
      sent++
    }
    if (sent > 0) this.pending.splice(0, sent)
    this.settle()
    return this.pending.length === 0
  }

  /** While something waits, every row is an occasion to try again. */
  private settle(): void {
    this.limit = this.pending.length > 0 ? 0 : this.rowsMax
  }

  /** Sends what waits for credit, and the open batch too where that is wanted and there is credit. True: nothing waits. */
  flush(openToo: boolean): boolean {
    if (openToo && this.pending.length === 0 && this.sender.hasCredit()) this.close(this.splitName)
    return this.pending.length === 0 || this.drain()
  }
}
