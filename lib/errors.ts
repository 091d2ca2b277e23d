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
  ID_MISSING: { means: 'A stage with state has no id, so its state could not be found again.', next: "Give the stage an id: { id: '…' }." },
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
  SINK_NOT_EMPTY: { means: 'The output of an earlier run is in the way.', next: "Move it, give the sink { existing: 'replace' | 'append' }, or start anew: restore: 'none', on the command line --restore none." },
  OPERATOR_FAILED: { means: 'A function of the topology failed and its supervisor gave up.', next: "See the cause; { supervision } decides what a failure does." },
  SLOT_LOST: { means: 'A worker thread ended or stopped answering.', next: 'See the cause; its actors come back from the last snapshot.' },
  RESTARTS_EXHAUSTED: { means: 'More restarts were needed than the supervisor allows in its period.', next: 'Mend the cause, or raise intensity.' },
  NO_SNAPSHOT: { means: 'A restart needs a snapshot and there is none.', next: 'Mend the cause; to go on after the next one, switch checkpoints on: checkpoints: { every, to: fileStore(…) }, or --checkpoints DIR.' },
  CHECKPOINT_FAILED: { means: 'A checkpoint could not be completed.', next: 'See the cause; the job goes on and tries again.' },
  SNAPSHOT_CORRUPT: { means: 'A stored snapshot is damaged.', next: "Pass an older checkpoint by its path, or start anew: restore: 'none', on the command line --restore none." },
  SNAPSHOT_INCOMPATIBLE: { means: 'A snapshot was taken by a topology whose stateful stages differ from this one.', next: "Give the stages their former ids and kinds, or start anew: restore: 'none', on the command line --restore none." },
  STORE_LOCKED: { means: 'Another process runs this job on the same checkpoint folder.', next: 'Stop it first, or use another folder.' },
  OPTION_INVALID: { means: 'An option has a wrong name or value.', next: 'Use what the message lists.' },
} as const

export type ErrorCode = keyof typeof errorTable

export interface ErrorPlace {
  /** Id of the operator, source or sink. */
  readonly operatorId?: string | undefined
  /** Where the stage was written, `orders.ts:14`. */
  readonly site?: string | undefined
  /** The record in hand, `record 17 of 'lines/orders.csv'`. */
  readonly record?: string | undefined
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
  readonly record: string | undefined
  /** What to do next: the last line of the message. */
  readonly next: string
  /** What happened: the message without code, place and advice. */
  readonly what: string

  constructor(code: ErrorCode, what: string, place: ErrorPlace = {}) {
    super(errorMessage(code, what, place), 'cause' in place ? { cause: place.cause } : undefined)
    this.code = code
    this.operatorId = place.operatorId
    this.site = place.site
    this.record = place.record
    this.next = place.next ?? errorTable[code].next
    this.what = what
  }

  /** @internal The same, with what it does not say yet about its place; one of another operator stays as it is. */
  of(given: ErrorPlace): MillraceError {
    const { code, next, operatorId = given.operatorId, site = given.site, record = given.record } = this
    const adds = operatorId !== this.operatorId || site !== this.site || record !== this.record
    if (operatorId !== given.operatorId || !adds) return this
    return new MillraceError(code, this.what, { operatorId, site, record, next, ...('cause' in this && { cause: this.cause }) })
  }
}

/** The message of an error of that code: what happened, where, and on a line of its own what to do next. */
export const errorMessage = (code: ErrorCode, what: string, place: ErrorPlace): string =>
  `${code}: ${what}${inWords(place)}\n  ${place.next ?? errorTable[code].next}`

const inWords = ({ operatorId, site, record }: ErrorPlace): string => {
  const stage = [operatorId && `in '${operatorId}'`, site && `at ${site}`].filter(Boolean).join(' ')
  const words = [stage, record].filter(Boolean).join(', ')
  return words === '' ? '' : ` (${words})`
}

export const hasCode = (error: unknown, code?: ErrorCode): error is MillraceError => {
  const found = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
  return typeof found === 'string' && found in errorTable && (code === undefined || found === code)
}

/** The same error, said of an operator where it names none; one of another copy of the package stays as it is. */
export const placed = (error: MillraceError, operatorId: string, site?: string, record?: string): MillraceError =>
  error instanceof MillraceError ? error.of({ operatorId, site, record }) : error
