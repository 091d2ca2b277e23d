/** What a chain needs of its actor, and how it is to be run. */
import type { Offloader } from '../env/offloader.ts'
import type { Supervision } from '../supervision/strategy.ts'
import type { DeadLetter } from './job-handle.ts'
import type { Router } from './router.ts'
import type { Suspects } from './suspects.ts'

/**
 * How chains are run. Compiled ones go in blocks, and call functions far, where it pays; 'blocks', 'far': wherever they can; 'generic': none
 * is compiled, as under `--disallow-code-generation-from-strings`. They differ in nothing but speed.
 */
export type ChainMode = 'compiled' | 'blocks' | 'far' | 'generic'

export const CHAIN_MODES: readonly ChainMode[] = ['compiled', 'blocks', 'far', 'generic']

export interface ChainHost {
  readonly instance: number
  readonly parallelism: number
  readonly maxParallelism: number
  readonly router: Router
  readonly supervision: Supervision
  readonly suspects: Suspects
  readonly chains: ChainMode
  readonly offloader: Offloader
  now(): number
  activeNow(): number
  /** Milliseconds, for measuring alone. */
  monotonic(): number
  wakeAt(at: number): void
  wake(): void
  /** Where the record in that row of the current batch stands in its split, if it came straight from one. */
  recordNumber(row: number): number | null
  onLate(): void
  /** `refused`: the record did not get out of its source. */
  onDeadLetter(letter: DeadLetter, refused: boolean): void
  onComplete(): void
}
