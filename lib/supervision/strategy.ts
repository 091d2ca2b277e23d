/** Supervision as data: what a strategy is, and what it is asked. */

export type Directive = 'resume' | 'restart' | 'stop' | 'escalate'

export interface FailedCall {
  readonly error: unknown
  /** The input of the call that failed; at a firing `{ key, window }`. */
  readonly record: unknown
  /** 1 at the first failure of this call. */
  readonly attempt: number
  readonly operatorId: string
}

export interface Backoff {
  /** Milliseconds before the first restart. */
  readonly from: number
  /** Milliseconds it grows to, doubling. */
  readonly to: number
  /** Share of each delay that is drawn by chance, 0 … 1. */
  readonly jitter: number
}

export interface Supervision {
  readonly strategy: 'oneForOne'
  /** Restarts allowed within `period`; one more ends the supervisor. */
  readonly intensity: number
  /** Milliseconds. */
  readonly period: number
  readonly backoff: Backoff
  /** Failures of the same call until its record is poison. */
  readonly attempts: number
  readonly decide: (call: FailedCall) => Directive
}

/** What is decided unless a strategy says otherwise. */
export const alwaysRestart = (): 'restart' => 'restart'

/** Whether it may decide to stop an actor. Null: the default strategy. */
export const mayStop = (supervision: Supervision | null): boolean => supervision !== null && supervision.decide !== alwaysRestart
