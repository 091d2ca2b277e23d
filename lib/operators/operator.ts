/**
 * What executes one stage. An operator never sees an actor, a thread or a promise.
 *
 * Order of calls: `restore` at most once, before anything else; then any sequence of `apply`, `onWatermark`, `onClock`, `onSplits`,
 * `onSplitEnd`, `snapshot`. A Cursor that was returned is read to its end before any further call.
 * One record at a time: `context.time`, `context.key` and `context.origin` describe the record of the current call, and what an
 * operator leaves in `time`, `key` and `route` goes on with its output.
 */
import type { Offloader } from '../env/offloader.ts'
import type { Instants } from '../time/instants.ts'
import type { ByteReader } from '../state/byte-reader.ts'
import type { ByteWriter } from '../state/byte-writer.ts'

/** Returned by `apply` of a 'one' operator: no output. */
export const NONE: unique symbol = Symbol('none')
/** Returned by `Cursor.next`: read to the end. */
export const DONE: unique symbol = Symbol('done')
/** Returned by `Cursor.next` of a stage that stands apart: the next output is not there yet; `context.wake` says when to ask again. */
export const WAITING: unique symbol = Symbol('waiting')

/** Thrown where an operator cannot do its work at all: no record is to blame, and the job fails with the cause. */
export class StageUnfit extends Error {}

export interface OperatorContext {
  /** Event time of the current record, epoch ms; NaN where none was assigned. */
  time: number
  key: unknown
  /** Target of a `partition` stage: an instance number, or an int32 hash (see its Routing). */
  route: number
  /** `source/split` of the current record; '' behind a shuffle. */
  origin: string
  /** Watermark of this operator's input. */
  watermark: number
  /** The moments at which later stages look at the watermark that leaves this one. */
  readonly instants: Instants
  /** Instances of the next stage, for `partition((record, n) => index)`. */
  targets: number
  readonly instance: number
  readonly parallelism: number
  readonly maxParallelism: number
  /** False: no eventTime upstream, so windows use the clock. */
  readonly eventTime: boolean
  readonly offloader: Offloader
  /** Wall clock of the current step, epoch ms. */
  now(): number
  /** Milliseconds this actor has been able to work: `now` less the time spent waiting for credit. */
  activeNow(): number
  /** Asks for `onClock` at or after that wall-clock moment. Only the earliest request is kept. */
  wakeAt(at: number): void
  /** Asks for `onClock` in the actor's next step, and for the cursor that said WAITING. May be called between steps. */
  wake(): void
  /** Passes a watermark on once the current record, and all it leads to, has gone through the later stages. NaN: idle. */
  advance(watermark: number): void
  /** Passes on the end of a split that `keepsSplitEnd` has kept. */
  endSplit(origin: string): void
  /** Sends the record, unchanged, to a side output. */
  side(id: string, record: unknown): void
  /** Counts a late record and sends it where the stage's window says. */
  late(record: unknown): void
  /** Ends this stage: nothing more is wanted from upstream, and its outputs complete. */
  complete(): void
  /** Whether the current call is one that brought the region down before: its outputs are to be held whole. */
  isSuspect(record: unknown): boolean
}

/** Outputs of one call, taken one by one: the actor may pause between any two. */
export interface Cursor {
  /** The next output, or DONE. Throws what a user function throws; called again it tries the same output again. */
  next(context: OperatorContext): unknown
  /** The input of the call that `next` makes: at a firing `{ key, window }`. */
  input(): unknown
  /** Leaves out the output that cannot be had. */
  skip(): void
  /** Whether a failed `next` has changed nothing. */
  undoable(): boolean
  /** How often the output that `next` has just failed at has failed in all, where it is tried again later and not at once. */
  failures?(): number
}

/** What a snapshot has yet to write. It refers to nothing that later calls of the operator change. */
export interface Unwritten {
  /** Writes some more, a millisecond's work at most. True: all is written. */
  writeSome(writer: ByteWriter): boolean
}

export interface StatePart {
  /** Instance that wrote it. */
  readonly instance: number
  readonly reader: ByteReader
}

export interface RestoreScope {
  /** Same parallelism as when written: there is one part, this instance's own, and its order is kept. */
  readonly same: boolean
  readonly parts: readonly StatePart[]
  /** Whether this instance owns that key group. */
  owns(group: number): boolean
}

/**
 * What a stage needs to write itself into a compiled chain: text over the locals `v` (the record), `t` (its time) and `k` (its key).
 * Only names from here, numbers and `JSON.stringify`'d literals may go into it.
 */
export interface CodeScope {
  /** The name of a value: a function of the user, or an object of ours. */
  bind(value: unknown): string
  /** The name of a local of its own, undefined at first. */
  local(): string
  /** An expression: a function of the user called with the record. */
  call(fn: (record: never) => unknown): string
  /** Statement: the record goes no further. */
  readonly drop: string
  /**
   * Statements to go before a call that is given the context: it becomes this stage's, and what the call asks for is done before the
   * next record.
   */
  readonly enter: string
  /** Statements: the operator's own `apply`, and what follows from its answer. */
  readonly apply: string
  /** Statements for a 'many' operator: the record is an output as it is. */
  onward(): string
  /** The name of the context. */
  readonly context: string
  /** An expression for a number of the record, which is a `Part`; null: it is none; undefined: it is not known. */
  readonly part: ((place: number) => string) | null | undefined
  /** The name of what `lookAhead` found for the record: its slot, or −1; null where it was not asked. */
  readonly found: string | null
  readonly eventTime: boolean
}

/** Finds the slots of many keys in one go, which overlaps the waits for memory that they cost one by one. */
export interface LookAhead {
  /** Whether there are so many keys that it pays. */
  readonly pays: boolean
  find(keys: readonly unknown[], count: number, slots: Int32Array): void
}

interface OperatorBase {
  /** `code` reads of a record what functions of the user read, so that for rows that lie in columns no objects need be made. */
  readonly readsColumns?: boolean
  /**
   * Statements that do for `v` what `apply` would, in the cases that are frequent, and hand over to it in all others. They leave the
   * output in `v` (a 'many' operator has none), call functions of the user before they change anything, and throw what those throw.
   */
  code?(scope: CodeScope): string
  /** The watermark of the input has advanced to `at` (+∞: end of input). What it fires; later stages see `at` after that. */
  onWatermark?(at: number, context: OperatorContext): Cursor | null
  /** The wall clock has reached a moment asked for by `wakeAt`. */
  onClock?(now: number, context: OperatorContext): Cursor | null
  /** All splits whose records come by here, once, before the first record. */
  onSplits?(origins: readonly string[], context: OperatorContext): void
  onSplitEnd?(origin: string, context: OperatorContext): void
  /** True: the stage holds records that come before the end of that split, and passes it on behind them. */
  keepsSplitEnd?(origin: string): boolean
  /** True for a stage that makes watermarks of its own: those from upstream end here, except +∞. */
  readonly makesWatermarks?: boolean
  /** The watermark (NaN: idle) of the input has advanced to `at`, not +∞. True: the stage holds records that come before it, and passes it on behind them. */
  keepsWatermark?(at: number): boolean
  /** A barrier comes next: what this stage puts out before it, rather than keep it in a snapshot. */
  onBarrier?(context: OperatorContext): Cursor | null
  /** The actor has been stopped: what it still holds of records it has taken. */
  onStop?(context: OperatorContext): Cursor | null
  /** The actor has been stopped: records taken that have led to nothing yet, for the dead letters. */
  unanswered?(): readonly unknown[]
  /** For a stage with `code` that reads its key's slot. */
  readonly lookAhead?: LookAhead
  /** Records of one split follow, at least one. */
  onBatch?(origin: string, context: OperatorContext): void
  /** A batch has been read to its end. */
  onBatchEnd?(context: OperatorContext): void
  /** After `apply` threw for `record`: puts the state back as it was before the call. False: it cannot be known. */
  undo?(record: unknown, context: OperatorContext): boolean
  /** From now on keep what is needed so that every call can be undone. */
  guard?(): void
  /** Writes the state as it is now, or as much of it as later calls may change: the rest is asked for while records flow. */
  snapshot?(writer: ByteWriter): Unwritten | void
  restore?(scope: RestoreScope): void
  /** Entries held, for tests that look for leaks. */
  size?(): number
  /** The actor is gone: ends what the stage has outside of it. */
  dispose?(): Promise<void>
}

/** One record in, at most one out. */
export interface RowOperator extends OperatorBase {
  readonly shape: 'one'
  apply(record: unknown, context: OperatorContext): unknown
}

/** One record in, any number out. */
export interface ManyOperator extends OperatorBase {
  readonly shape: 'many'
  apply(record: unknown, context: OperatorContext): Cursor | null
}

/** Operators without `undo` change nothing but by their result. */
export type Operator = RowOperator | ManyOperator
