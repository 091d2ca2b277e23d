/** Counts restarts as Erlang's supervisor does (OTP, supervisor.erl, add_restart): in whole seconds, the restart of now included. */

export interface RestartWindow {
  /** Seconds of the restarts that count, newest first. */
  readonly restarts: readonly number[]
  /** More than `intensity` restarts within the period: the supervisor ends. */
  readonly ended: boolean
}

export const noRestarts: RestartWindow = { restarts: [], ended: false }

/**
 * A restart at `monotonicMs`. Those before it count as long as no more than `periodMs` lie between; the first that does not ends the run.
 *
 * @example addRestart(noRestarts, clock.monotonic(), 5, minutes(1)).ended // false
 */
export const addRestart = (before: RestartWindow, monotonicMs: number, intensity: number, periodMs: number): RestartWindow => {
  const now = Math.floor(monotonicMs / 1000)
  const restarts: number[] = []
  for (const then of [now, ...before.restarts]) {
    if (now > then + periodMs / 1000) break
    restarts.push(then)
    // One more than allowed is enough to know, so that no more need be kept.
    if (restarts.length > intensity) return { restarts, ended: true }
  }
  return { restarts, ended: false }
}
