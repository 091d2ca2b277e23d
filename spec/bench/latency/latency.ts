/** How long a result is on its way: W6 at a fixed rate, and a quiet stream. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run } from 'millrace'
import { sharedNow } from '../clock.ts'
import { checkSame } from '../golden.ts'
import { versionOf } from '../measure.ts'
import { handedOver } from '../topologies/handed-over.ts'
import { variantOf } from '../topologies/variant.ts'
import { Histogram } from './histogram.ts'
import type { Latencies } from './latency-sink.ts'
import { expectedResults } from './shape.ts'

export interface Paced {
  readonly parallelism: number
  readonly slots: number
  /** Records a second. */
  readonly rate: number
  /** Seconds before those that count, and seconds that count. */
  readonly warmUp: number
  readonly seconds: number
}

export interface LatencyResult extends Omit<Paced, 'warmUp'> {
  readonly engine: 'millrace'
  readonly version: string
  readonly workload: string
  /** Whose latencies were counted. */
  readonly results: number
  readonly unit: 'ms'
  readonly p50: number
  readonly p90: number
  readonly p99: number
  readonly p999: number
  readonly p9999: number
  readonly max: number
  readonly rssMiB: number
}

/** Milliseconds from before the threads are started to when the first record falls due. */
const AHEAD_MS = 2_000

/** Moment of arrival − end of the window. @throws when other results came than must */
export const measureLatency = async (what: Paced): Promise<LatencyResult> => {
  const { rate, warmUp, seconds } = what
  const [after, until] = [warmUp * 1_000, (warmUp + seconds) * 1_000]
  const { histogram, weight } = await latenciesOf('latency', what, (warmUp + seconds + 1) * rate, { after, until, epoch: Math.ceil((Date.now() + AHEAD_MS) / 1_000) * 1_000 })
  checkSame('W6', { results: histogram.count, weight }, expectedResults(rate, after, until))
  return resultOf('W6', what, histogram)
}

/** Moment of arrival − moment of departure. @throws when records are missing */
export const measureQuiet = async (what: Paced): Promise<LatencyResult> => {
  const { rate, warmUp, seconds } = what
  const after = warmUp * rate
  const { histogram, weight } = await latenciesOf('quiet', what, after + seconds * rate, { after })
  checkSame('quiet', { weight }, { weight: seconds * rate })
  return resultOf('quiet', what, histogram)
}

const latenciesOf = async (module: string, { parallelism, slots, rate }: Paced, records: number, counted: Readonly<Record<string, number>>): Promise<{ readonly histogram: Histogram; readonly weight: number }> => {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-latency-'))
  try {
    const job = await run(await variantOf(new URL(`../topologies/${module}.ts`, import.meta.url), { parallelism }), { parallelism, slots, parameters: { rate, records, start: sharedNow() + AHEAD_MS, folder, ...counted } })
    await job.completed
    const histogram = new Histogram()
    const all = handedOver<Latencies>(folder, 'sink')
    for (const one of all) histogram.addAll(one.histogram)
    return { histogram, weight: all.reduce((sum, { weight }) => sum + weight, 0) }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const resultOf = (workload: string, { parallelism, slots, rate, seconds }: Paced, latencies: Histogram): LatencyResult => {
  const at = (share: number): number => Number(latencies.atMost(share).toFixed(3))
  return {
    engine: 'millrace',
    version: versionOf('millrace'),
    workload,
    parallelism,
    slots,
    rate,
    seconds,
    results: latencies.count,
    unit: 'ms',
    p50: at(0.5),
    p90: at(0.9),
    p99: at(0.99),
    p999: at(0.999),
    p9999: at(0.9999),
    max: latencies.max,
    rssMiB: Math.round(process.resourceUsage().maxRSS / 1_024),
  }
}
