/** How a failed call leaves the step it happened in: as data for the supervisor, thrown only inside the runtime. */
import { MillraceError, errorTable, hasCode, placed } from '../errors.ts'
import { operatorSite } from '../plan/operator-site.ts'
import type { Plan } from '../plan/plan.ts'
import { describeError } from '../supervision/describe-error.ts'
import type { Supervision } from '../supervision/strategy.ts'

/** 'restart': back to the last snapshot. 'escalated': the supervisor's own failure. 'fatal': no restart can help. */
export type RegionFailure = 'restart' | 'escalated' | 'fatal'

export class RegionFailed extends Error {
  readonly operatorId: string
  readonly failure: RegionFailure
  /** The stage's own strategy, or null for the run's. */
  readonly supervision: Supervision | null
  /** The record in hand, `record 17 of 'lines/orders.csv'`. */
  readonly record: string | undefined

  constructor(operatorId: string, cause: unknown, failure: RegionFailure, supervision: Supervision | null = null, record?: string) {
    super(`'${operatorId}' failed`, { cause })
    this.operatorId = operatorId
    this.failure = failure
    this.supervision = supervision
    this.record = record
  }
}

/** What a job fails with: the error itself where it has a code, with what is known of its place. */
export const jobError = (error: unknown, plan: Plan, operatorId?: string, record?: string): MillraceError => {
  const id = hasCode(error) ? (error.operatorId ?? operatorId) : operatorId
  const site = id === undefined ? undefined : operatorSite(plan, id)
  if (!hasCode(error)) return new MillraceError('OPERATOR_FAILED', describeError(error).message, { operatorId, site, record, cause: error })
  return id === undefined ? error : placed(error, id, site, record)
}

/** An error with a code on one line, for the message of the wider one that it caused. */
export const inWords = (error: unknown): string => (error instanceof MillraceError ? `${error.code}: ${error.what}` : describeError(error).message)

/** What to do about a cause, where it says more than its code does. */
export const adviceOf = (error: unknown): string | undefined =>
  error instanceof MillraceError && error.next !== errorTable[error.code].next ? error.next : undefined

export class ActorStopped extends Error {
  readonly operatorId: string

  constructor(operatorId: string, cause: unknown) {
    super(`'${operatorId}' was stopped by its supervisor`, { cause })
    this.operatorId = operatorId
  }
}
