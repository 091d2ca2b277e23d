/** Whether memory grows: the slope of the second half, when all that is filled once has been filled. */
import { slope } from '../bench/statistics.ts'
import type { ThreadMemory } from './thread-memory.ts'

export interface Sample {
  /** Since the start. */
  readonly minutes: number
  /** MiB after a collection; in each sample the same threads in the same order. */
  readonly threads: readonly ThreadMemory[]
  /** MiB, all that the system has given the process. */
  readonly rss: number
}

/**
 * MiB a minute, by least squares over the least of each quarter of the second half. What windows hold goes up and down, on slots by tens of
 * MiB, as sources are not always equally far; what leaks stays at every moment, and lifts the least as well.
 */
export interface Growth {
  readonly threads: readonly ThreadMemory[]
  readonly rss: number
}

export const growthOf = (samples: readonly Sample[]): Growth => {
  const half = (samples.at(-1)?.minutes ?? 0) / 2
  const second = samples.filter(({ minutes }) => minutes >= half)
  const quarters = inQuarters(second, half)
  const of = (part: (sample: Sample) => number): number => slope(quarters.map((quarter) => quarter.map((sample) => ({ x: sample.minutes, y: part(sample) })).reduce((least, point) => (point.y < least.y ? point : least))))
  return {
    threads: (samples[0]?.threads ?? []).map(({ thread }, index) => ({
      thread,
      heap: of(({ threads }) => threads[index]!.heap),
      buffers: of(({ threads }) => threads[index]!.buffers),
    })),
    rss: of(({ rss }) => rss),
  }
}

/** Those that have samples. */
const inQuarters = (samples: readonly Sample[], from: number): Sample[][] => {
  const length = ((samples.at(-1)?.minutes ?? 0) - from) / 4
  const quarters: Sample[][] = [[], [], [], []]
  for (const sample of samples) quarters[Math.min(3, Math.floor((sample.minutes - from) / length)) || 0]!.push(sample)
  return quarters.filter(({ length: count }) => count > 0)
}

/** Memory the collector has not given back is the system's affair: only what a thread uses is judged. */
export const grows = ({ threads }: Growth, bound: number): boolean => threads.length === 0 || !threads.every(({ heap, buffers }) => heap <= bound && buffers <= bound)
