/** Restarts counted per supervisor: a stage's own, and the run's above it. */
import { addRestart, noRestarts } from './restart-window.ts'
import type { RestartWindow } from './restart-window.ts'
import type { Supervision } from './strategy.ts'

export class RestartBudget {
  private readonly windows = new Map<Supervision, RestartWindow>()
  private readonly root: Supervision

  constructor(root: Supervision) {
    this.root = root
  }

  /** Counts a restart by `strategy`; where that was one too many, its parent restarts it, and counts. False: nobody may any more. */
  allows(strategy: Supervision, monotonicMs: number): boolean {
    return this.count(strategy, monotonicMs) || (strategy !== this.root && this.count(this.root, monotonicMs))
  }

  private count(strategy: Supervision, monotonicMs: number): boolean {
    const window = addRestart(this.windows.get(strategy) ?? noRestarts, monotonicMs, strategy.intensity, strategy.period)
    this.windows.set(strategy, window)
    return !window.ended
  }

  /** Restarts within the period, this one included. */
  inPeriod(strategy: Supervision): number {
    return this.windows.get(strategy)?.restarts.length ?? 0
  }
}
