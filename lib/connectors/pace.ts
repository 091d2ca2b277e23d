/** Records a second: how many have fallen due since a split was opened. */
import type { SourceContext, Split } from '../api/connector.ts'
import type { Env } from '../env/env.ts'

/** Where a split stood (`base`) when this process opened it first (`since`, monotonic ms). */
export interface Opening {
  readonly since: number
  readonly base: number
}

export interface Paces {
  /**
   * The opening that a split's rate is counted from. A restart inside a run counts on from the run's own opening,
   * so that it catches up with what it replays; a resume does not.
   */
  openingOf(split: Split, next: number, context: SourceContext): Opening
}

export const paces = (): Paces => {
  const runs = new WeakMap<Env, Map<string, Opening>>()
  return {
    openingOf(split, next, context) {
      const openings = runs.get(context.env) ?? new Map<string, Opening>()
      runs.set(context.env, openings)
      const known = context.start === 'restarted' ? openings.get(split.id) : undefined
      const opening = known ?? { since: context.env.clock.monotonic(), base: next }
      openings.set(split.id, opening)
      return opening
    },
  }
}

/** How many records a rate has made due by now. */
export const dueBy = (now: number, since: number, ratePerSecond: number): number => Math.floor(((now - since) * ratePerSecond) / 1000)
