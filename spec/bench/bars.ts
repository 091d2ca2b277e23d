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

/** From the start of the command to the first result of the introduction, milliseconds. */
export const firstResultMsMax = 400
