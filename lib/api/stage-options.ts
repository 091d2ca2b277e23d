/** The last argument of every stage. */
import type { Supervision } from '../supervision/strategy.ts'

export interface StageOptions {
  /** `[A-Za-z0-9_-]{1,64}`, unique in the topology; needed by every stage with state once checkpoints are on. */
  readonly id?: string
  /** What explain() calls the stage; free text. */
  readonly name?: string
  readonly supervision?: Supervision
  /** Instances of this stage, at least 1. */
  readonly parallelism?: number
  /** Promises that the function never changes its arguments, so that a failed call can be undone in place. */
  readonly pure?: boolean
}

export interface StatefulOptions extends StageOptions {
  readonly id: string
}
