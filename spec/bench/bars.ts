/** How fast is fast enough: the least median of Millrace's records per second ÷ the other's, both of one run. */

export interface Bar {
  readonly workload: string
  readonly against: string
  readonly atLeast: number
}

/** What one thread is to reach. The plain loops have no engine at all; the libraries have no state, event time or recovery of their own. */
export const bars: readonly Bar[] = [
  { workload: 'W1', against: 'plain loop', atLeast: 0.7 },
  { workload: 'W1', against: '@most/core', atLeast: 1.2 },
  { workload: 'W1', against: 'rxjs', atLeast: 2 },
  { workload: 'W2', against: 'plain loop', atLeast: 0.25 },
  { workload: 'W2', against: 'rxjs', atLeast: 2 },
  { workload: 'W3', against: 'plain loop', atLeast: 0.5 },
  { workload: 'W4', against: 'plain loop', atLeast: 0.5 },
  { workload: 'W7', against: 'no checkpoints', atLeast: 0.85 },
]

/**
 * What a second slot is to bring, measured by what a second core brings to a plain loop:
 * (two slots ÷ one thread) ÷ (two loops at once ÷ one loop).
 */
export interface SlotsBar {
  readonly workload: string
  /** That are timed, and as many before them: what runs on each of two busy threads has been compiled after 1.5 s. */
  readonly records: number
  readonly combine: boolean
  readonly atLeast: number
}

export const slotsBars: readonly SlotsBar[] = [
  { workload: 'W5', records: 3_000_000, combine: true, atLeast: 0.9 },
  { workload: 'W1', records: 50_000_000, combine: true, atLeast: 0.75 },
  { workload: 'W1', records: 50_000_000, combine: false, atLeast: 0.45 },
  { workload: 'W2', records: 20_000_000, combine: true, atLeast: 0.45 },
]

/** From the start of the command to the first result of the introduction, milliseconds. */
export const firstResultMsMax = 400
/** The same on two slots. */
export const firstResultOnSlotsMsMax = 700

/** Of a quiet stream over two slots, from source to sink: what 99 % of the records do not exceed. */
export const quietMsMax = 3
