/** What one run of one engine gives. */
import type { Totals } from '../golden.ts'

export interface EngineRun {
  readonly totals: Totals
  /** Completed ones; empty without them. */
  readonly checkpoints: readonly Checkpoint[]
  /** Until the first record was asked for: threads, imports, plan. */
  readonly startSeconds?: number
  /** From the second half of the records being begun to the sink being closed; of an engine that tells. */
  readonly secondHalfSeconds?: number
}

export interface Checkpoint {
  readonly bytes: number
  readonly tookMs: number
}

export const runOf = (totals: Totals): EngineRun => ({ totals, checkpoints: [] })
