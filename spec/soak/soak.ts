/** Runs a job at full speed with a checkpoint each second, and looks again and again at what memory it holds after a collection. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { run, seconds } from 'millrace'
import type { Job, SinkConnector, Topology } from 'millrace'
import { fileStore } from 'millrace/files'
import type { Sample } from './growth.ts'

export interface Soaked {
  readonly samples: readonly Sample[]
  /** That left the source. */
  readonly records: number
  readonly checkpoints: number
}

/** Looks every `everyMs` until `forMs` have gone by. @throws what the job fails with */
export const soak = async (build: (totals: SinkConnector<unknown>) => Topology, forMs: number, everyMs: number, tell: (sample: Sample, job: Job) => void): Promise<Soaked> => {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-soak-'))
  try {
    const job = await run(build(forgetful()), { checkpoints: { every: seconds(1), to: fileStore(folder) } })
    const samples: Sample[] = []
    const from = performance.now()
    let failed = false
    job.completed.catch(() => (failed = true))
    while (!failed && performance.now() - from < forMs) {
      await new Promise((resolve) => setTimeout(resolve, everyMs))
      const sample = sampleAt((performance.now() - from) / 60_000)
      samples.push(sample)
      tell(sample, job)
    }
    const { records, checkpoints } = failed ? await job.completed : await job.stop()
    return { samples, records, checkpoints }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Takes part in checkpoints and keeps nothing. */
const forgetful = (): SinkConnector<unknown, number> => ({
  name: 'totals',
  open: () => {
    let outputs = 0
    return {
      write: (records: readonly unknown[]) => void (outputs += records.length),
      prepare: () => outputs,
      commit: () => undefined,
      close: () => undefined,
    }
  },
})

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

const sampleAt = (minutes: number): Sample => {
  // The second finds what finalizers of the first let go.
  collectGarbage()
  collectGarbage()
  const { heapUsed, arrayBuffers, rss } = process.memoryUsage()
  return { minutes, heap: heapUsed / 2 ** 20, buffers: arrayBuffers / 2 ** 20, rss: rss / 2 ** 20 }
}
