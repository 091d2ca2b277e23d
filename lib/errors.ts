/** Every failure Millrace reports: its code, what it means and what to do next. */

/** What a code means, and the usual way out. The text of one failure adds what happened and where. */
export interface ErrorEntry {
  readonly means: string
  readonly next: string
}

export const errorTable = {
  TOPOLOGY_INVALID: { means: 'The topology cannot be run as it is wired.', next: 'Correct each stage the message names.' },
  TOPOLOGY_MISMATCH: { means: 'Two threads or processes built different plans from the same module.', next: 'Remove what makes the module build differently: clock, random values, environment.' },
  TOPOLOGY_HAS_NO_MODULE: { means: 'The module has no topology to run.', next: 'Export it: export default topology(import.meta, …).' },
  ID_MISSING: { means: 'A stage with state has no id, so its state could not be found again.', next: 'Give the stage { id }.' },
  ID_DUPLICATE: { means: 'Two things in one topology share an id.', next: 'Rename one of them.' },
  KEY_NOT_HASHABLE: { means: 'A key is not a string, number, bigint, boolean, or plain arrays and objects of those.', next: 'Return such a value from keyBy.' },
  TIMESTAMP_INVALID: { means: 'A record has no finite time.', next: 'Return epoch milliseconds from eventTime, or filter such records out before it.' },
  ROW_INVALID: { means: 'A row of a file cannot be read by its schema.', next: "Correct the row or the schema; onBadRow: 'dead-letter' keeps the job running." },
  LATE_RECORD: { means: 'A record came after every window it belongs to had closed.', next: 'Raise outOfOrderness or allowedLateness, or wire lateTo.' },
  OVERFLOW: { means: 'A push source emitted more than its buffer holds.', next: 'Raise the capacity or choose another overflow policy.' },
  SCHEMA_INVALID: { means: 'A schema text cannot be read.', next: "Write 'name TYPE [NOT NULL], …' with the types of the message." },
  VALUE_NOT_TRANSFERABLE: { means: 'A value cannot be stored or sent: it is a function, a symbol, a class instance or cyclic.', next: 'Keep plain data in records and state.' },
  SOURCE_FAILED: { means: 'A source threw or rejected.', next: 'See the cause; the job goes back to its last snapshot and reads again.' },
  SINK_FAILED: { means: 'A sink threw or rejected.', next: 'See the cause; the job goes back to its last snapshot and writes again.' },
  SINK_NOT_EMPTY: { means: 'The output of an earlier run is in the way.', next: "Move it, give the sink { existing: 'replace' | 'append' }, or run with restore: 'none'." },
  OPERATOR_FAILED: { means: 'A function of the topology failed and its supervisor gave up.', next: "See the cause; { supervision } decides what a failure does." },
  SLOT_LOST: { means: 'A worker thread ended or stopped answering.', next: 'See the cause; its actors come back from the last snapshot.' },
  RESTARTS_EXHAUSTED: { means: 'More restarts were needed than the supervisor allows in its period.', next: 'Mend the cause, or raise intensity.' },
  NO_SNAPSHOT: { means: 'A restart needs a snapshot and there is none.', next: 'Switch checkpoints on: checkpoints: { every, to: fileStore(…) }.' },
  CHECKPOINT_FAILED: { means: 'A checkpoint could not be completed.', next: 'See the cause; the job goes on and tries again.' },
  SNAPSHOT_CORRUPT: { means: 'A stored snapshot is damaged.', next: 'Pass an older checkpoint by its path, or start anew with restore: none.' },
  SNAPSHOT_INCOMPATIBLE: { means: 'A snapshot was taken by a topology whose stateful stages differ from this one.', next: 'Give the stages their former ids and kinds, or start anew with restore: none.' },
  STORE_LOCKED: { means: 'Another process runs this job on the same checkpoint folder.', next: 'Stop it first, or use another folder.' },
  OPTION_INVALID: { means: 'An option has a wrong name or value.', next: 'Use what the message lists.' },
} as const

export type ErrorCode = keyof typeof errorTable

export interface ErrorPlace {
  /** Id of the operator, source or sink. */
  readonly operatorId?: string | undefined
  /** Where the stage was written, `orders.ts:14`. */
  readonly site?: string | undefined
  /** What to do, when it is more exact than the code's own advice. */
  readonly next?: string | undefined
  readonly cause?: unknown
}

/** An error of Millrace: told apart by `code`, never by class (classes do not survive threads and realms). */
export class MillraceError extends Error {
  override readonly name = 'MillraceError'
  readonly code: ErrorCode
  readonly operatorId: string | undefined
  readonly site: string | undefined
  readonly #what: string
  readonly #next: string | undefined

  constructor(code: ErrorCode, what: string, place: ErrorPlace = {}) {
    const where = [place.operatorId && `in '${place.operatorId}'`, place.site && `at ${place.site}`].filter(Boolean).join(' ')
    super(`${code}: ${what}${where ? ` (${where})` : ''}\n  ${place.next ?? errorTable[code].next}`, 'cause' in place ? { cause: place.cause } : undefined)
    this.code = code
    this.operatorId = place.operatorId
    this.site = place.site
    this.#what = what
    this.#next = place.next
  }

  /** @internal The same, said of an operator where it names none. */
  of(operatorId: string): MillraceError {
    if (this.operatorId !== undefined) return this
    const { code, site } = this
    return new MillraceError(code, this.#what, { operatorId, site, next: this.#next, ...('cause' in this ? { cause: this.cause } : {}) })
  }
}

export const hasCode = (error: unknown, code?: ErrorCode): error is MillraceError => {
  const found = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
  return typeof found === 'string' && found in errorTable && (code === undefined || found === code)
}

/** The same error, said of an operator where it names none; one of another copy of the package stays as it is. */
export const placed = (error: MillraceError, operatorId: string): MillraceError => (error instanceof MillraceError ? error.of(operatorId) : error)
