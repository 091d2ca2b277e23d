/** Runs a job at full speed with a checkpoint each second, and looks again and again at what memory its threads hold after a collection. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run, seconds } from 'millrace'
import type { Job } from 'millrace'
import { fileStore } from 'millrace/files'
import { variantOf } from '../bench/topologies/variant.ts'
import type { Sample } from './growth.ts'
import type { JobName } from './job-names.ts'
import { memoryHere, memoryOfOthers } from './thread-memory.ts'

export interface Soaked {
  readonly samples: readonly Sample[]
  /** That left the source. */
  readonly records: number
  readonly checkpoints: number
}

/** Milliseconds that a busy thread may take to say how much memory it has. */
const PATIENCE_MS = 20_000
const MIB = 2 ** 20

/** Looks every `everyMs` until `forMs` have gone by. @throws what the job fails with */
export const soak = async (name: JobName, slots: number, forMs: number, everyMs: number, tell: (sample: Sample, job: Job) => void): Promise<Soaked> => {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-soak-'))
  try {
    const parallelism = Math.max(1, slots)
    const topology = await variantOf(new URL('jobs.ts', import.meta.url), { job: name, parallelism })
    const job = await run(topology, { slots, parallelism, checkpoints: { every: seconds(1), to: fileStore(folder) } })
    const samples: Sample[] = []
    const from = performance.now()
    let failed = false
    job.completed.catch(() => (failed = true))
    while (!failed && performance.now() - from < forMs) {
      await new Promise((resolve) => setTimeout(resolve, everyMs))
      const sample = await sampleAt((performance.now() - from) / 60_000, slots)
      samples.push(sample)
      tell(sample, job)
    }
    const { records, checkpoints } = failed ? await job.completed : await job.stop()
    return { samples, records, checkpoints }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const sampleAt = async (minutes: number, slots: number): Promise<Sample> => {
  const threads = [memoryHere('caller'), ...(await memoryOfOthers(slots, PATIENCE_MS))]
  return { minutes, threads: threads.map(({ thread, heap, buffers }) => ({ thread, heap: heap / MIB, buffers: buffers / MIB })), rss: process.memoryUsage.rss() / MIB }
}
