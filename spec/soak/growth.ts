/** Whether memory grows: the slope of the second half, when all that is filled once has been filled. */
import { slope } from '../bench/statistics.ts'

/** MiB, after a collection. */
export interface Sample {
  /** Since the start. */
  readonly minutes: number
  /** JavaScript objects. */
  readonly heap: number
  /** Typed arrays, which lie beside them. */
  readonly buffers: number
  /** All that the system has given the process. */
  readonly rss: number
}

export type Growth = Readonly<Record<'heap' | 'buffers' | 'rss', number>>

/** MiB a minute, by least squares over the samples of the second half. */
export const growthOf = (samples: readonly Sample[]): Growth => {
  const half = (samples.at(-1)?.minutes ?? 0) / 2
  const second = samples.filter(({ minutes }) => minutes >= half)
  const of = (part: 'heap' | 'buffers' | 'rss'): number => slope(second.map((sample) => ({ x: sample.minutes, y: sample[part] })))
  return { heap: of('heap'), buffers: of('buffers'), rss: of('rss') }
}

/** Memory the collector has not given back is the system's affair: only what is in use is judged. */
export const grows = ({ heap, buffers }: Growth, bound: number): boolean => !(heap <= bound && buffers <= bound)
