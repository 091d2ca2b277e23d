/** What a job is started with: its plan, its options, and where it begins. */
import type { CheckpointData, OpenStore } from '../checkpoint/store.ts'
import type { Env } from '../env/env.ts'
import type { Plan } from '../plan/plan.ts'
import type { Supervision } from '../supervision/strategy.ts'
import type { Tuning } from './region-part.ts'
import type { Slots } from './slots.ts'
import type { CheckedOptions } from './run-options.ts'

export interface JobStart {
  readonly plan: Plan
  readonly options: CheckedOptions
  readonly env: Env
  readonly tuning: Tuning
  readonly store: OpenStore | null
  /** Null: everything runs on this thread. */
  readonly slots: Slots | null
  readonly data: CheckpointData | null
  /** Number of this start on its store. */
  readonly run: number
  /** Number of the first checkpoint to take. */
  readonly firstCheckpoint: number
  readonly supervision: Supervision
  enter<T>(step: () => T): T
}

/** What was found before the job opened. */
export type StartReport =
  | { readonly type: 'damaged-checkpoint'; readonly checkpoint: string; readonly message: string }
  | { readonly type: 'warning'; readonly message: string }
