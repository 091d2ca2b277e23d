/** How a failed call leaves the step it happened in: as data for the supervisor, thrown only inside the runtime. */
import type { Supervision } from '../supervision/strategy.ts'

/** 'restart': back to the last snapshot. 'escalated': the supervisor's own failure. 'fatal': no restart can help. */
export type RegionFailure = 'restart' | 'escalated' | 'fatal'

export class RegionFailed extends Error {
  readonly operatorId: string
  readonly failure: RegionFailure
  /** The stage's own strategy, or null for the run's. */
  readonly supervision: Supervision | null

  constructor(operatorId: string, cause: unknown, failure: RegionFailure, supervision: Supervision | null = null) {
    super(`'${operatorId}' failed`, { cause })
    this.operatorId = operatorId
    this.failure = failure
    this.supervision = supervision
  }
}

export class ActorStopped extends Error {
  readonly operatorId: string

  constructor(operatorId: string, cause: unknown) {
    super(`'${operatorId}' was stopped by its supervisor`, { cause })
    this.operatorId = operatorId
  }
}
