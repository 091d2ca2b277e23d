/** Which windows a record belongs to, as data: the operators and the reference interpreter each read it in their own way. */
import { MillraceError } from '../errors.ts'
import { callSite } from '../api/call-site.ts'
import type { SideOutputNode } from '../api/node.ts'
import { Instants } from '../time/instants.ts'

export interface TumblingAssigner {
  readonly kind: 'tumbling'
  /** Milliseconds. */
  readonly size: number
  readonly offset: number
}

export interface SlidingAssigner {
  readonly kind: 'sliding'
  readonly size: number
  readonly slide: number
  readonly offset: number
}

export interface SessionAssigner<in T> {
  readonly kind: 'session'
  readonly gap: number | ((record: T) => number)
}

export type Assigner<T = never> = TumblingAssigner | SlidingAssigner | SessionAssigner<T>

/** What `window(…)` noted for the stage behind it. */
export interface WindowNodeParams {
  readonly assigner: Assigner<never>
  /** Milliseconds. */
  readonly allowedLateness: number
  readonly lateTo: SideOutputNode | null
  readonly site: string
}

const duration = (name: string, value: unknown): number => {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value > 0) return value
  throw new MillraceError('OPTION_INVALID', `${name} must be a whole number of milliseconds above 0, not ${String(value)}`, {
    site: callSite(),
    next: 'Write seconds(10), minutes(1) or a number of milliseconds.',
  })
}

const offsetOf = (value: unknown): number => {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value
  throw new MillraceError('OPTION_INVALID', `offset must be a whole number of milliseconds, not ${String(value)}`, { site: callSite() })
}

/**
 * Windows of `size` milliseconds that neither overlap nor leave gaps, aligned to the epoch plus `offset`.
 *
 * @example window(tumbling(seconds(10)))
 * @throws OPTION_INVALID for a size that is not a whole number above 0
 */
export const tumbling = (size: number, options: { readonly offset?: number } = {}): TumblingAssigner => ({
  kind: 'tumbling',
  size: duration('tumbling(size)', size),
  offset: offsetOf(options.offset ?? 0),
})

/**
 * Windows of `size` milliseconds, a new one every `slide`, aligned to the epoch plus `offset`. A record is in size / slide of them
 * (in some or none where slide is larger than size).
 *
 * @example window(sliding(minutes(1), seconds(1)))
 * @throws OPTION_INVALID for a size or slide that is not a whole number above 0
 */
export const sliding = (size: number, slide: number, options: { readonly offset?: number } = {}): SlidingAssigner => ({
  kind: 'sliding',
  size: duration('sliding(size)', size),
  slide: duration('sliding(slide)', slide),
  offset: offsetOf(options.offset ?? 0),
})

/**
 * Windows of activity: each record opens [t, t + gap), and windows of a key that meet or abut become one, as in Flink.
 * `gap` is milliseconds, or a function of the record that gives them.
 *
 * @example window(session(minutes(30)))
 * @throws OPTION_INVALID for a gap that is not a whole number above 0
 */
export const session = <T = unknown>(gap: number | ((record: T) => number)): SessionAssigner<T> => ({
  kind: 'session',
  gap: typeof gap === 'function' ? gap : duration('session(gap)', gap),
})

/** When windows fire, and when they are dropped. A session may end at any moment. */
export const windowInstants = ({ assigner, allowedLateness }: WindowNodeParams): Instants => {
  if (assigner.kind === 'session') return Instants.every
  const period = assigner.kind === 'tumbling' ? assigner.size : assigner.slide
  const phase = assigner.offset + assigner.size - 1
  return Instants.on([
    { period, phase },
    { period, phase: phase + allowedLateness },
  ])
}
