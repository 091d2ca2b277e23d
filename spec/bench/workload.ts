/** What is measured: the shape of each workload of generated records. `words/` holds W4, which reads and writes files. */

export interface Windowing {
  /** Milliseconds. */
  readonly size: number
  readonly slide: number
}

export interface Workload {
  readonly name: 'W1' | 'W2' | 'W3' | 'W5' | 'W7'
  readonly about: string
  readonly records: number
  readonly keys: number
  /** Milliseconds by which a record may come late; 1: in order. */
  readonly disorder: number
  /** null: a running aggregate of each key. */
  readonly window: Windowing | null
  /** `change` and `isKept` come first: cheap ones, or a `change` of about a microsecond. */
  readonly before: 'nothing' | 'cheap' | 'heavy'
  /** Whether it runs with a checkpoint each second unless told otherwise. */
  readonly checkpoints: boolean
}

const tumbling = { size: 10_000, slide: 10_000 }
const W1 = { records: 10_000_000, keys: 1_000, disorder: 500, window: tumbling, before: 'cheap', checkpoints: false } as const
const W2 = { records: 5_000_000, keys: 1_000_000, disorder: 1, window: null, before: 'nothing', checkpoints: false } as const
const sliding = { size: 60_000, slide: 1_000 }

export const workloads: readonly Workload[] = [
  { ...W1, name: 'W1', about: 'map, filter, keyBy, tumbling windows of 10 s: count and sum' },
  { ...W2, name: 'W2', about: 'keyBy, running count and sum over 1 M keys: an update for each record' },
  { ...W2, name: 'W3', about: 'keyBy, windows of 60 s sliding by 1 s: count and sum', records: 1_000_000, keys: 100, disorder: 500, window: sliding },
  { ...W1, name: 'W5', about: 'W1 with a map of about a microsecond', records: 1_000_000, before: 'heavy' },
  { ...W2, name: 'W7', about: 'W2 ten times as long, exactly once, with a checkpoint each second', records: 50_000_000, checkpoints: true },
]

/** @throws for a name that none has */
export const workloadOf = (name: string): Workload => {
  const found = workloads.find((workload) => workload.name === name)
  if (found === undefined) throw new Error(`there is no workload ${name}`)
  return found
}
