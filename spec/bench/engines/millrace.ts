/** The workloads on Millrace, on this thread or on slots. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run, seconds } from 'millrace'
import type { RunOptions, Topology } from 'millrace'
import { fileStore } from 'millrace/files'
import { sharedNow } from '../clock.ts'
import { handedOver } from '../topologies/handed-over.ts'
import { sumOf } from '../topologies/folding-sink.ts'
import type { Folded } from '../topologies/folding-sink.ts'
import type { SourceMarks } from '../topologies/marked-source.ts'
import { variantOf } from '../topologies/variant.ts'
import type { EngineRun } from './engine-run.ts'
import type { Checkpoint } from './engine-run.ts'
import type { Workload } from '../workload.ts'

export interface MillraceOptions {
  readonly parallelism: number
  readonly slots: number
  /** One each second, exactly once, in a temporary folder. */
  readonly checkpoints: boolean
  /** Senders add up before a shuffle. */
  readonly combine: boolean
}

export const millraceRun = async ({ name, records }: Workload, { parallelism, slots, checkpoints, combine }: MillraceOptions): Promise<EngineRun> => {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-bench-'))
  try {
    const asked = sharedNow()
    const job = await variantOf(new URL('../topologies/generated.ts', import.meta.url), { workload: name, parallelism })
    const store = checkpoints ? { checkpoints: { every: seconds(1), to: fileStore(join(folder, 'checkpoints')) } } : {}
    const completed = await completedRun(job, { parallelism, slots, combine, parameters: { records, folder }, ...store })
    const sources = handedOver<SourceMarks>(folder, 'source')
    const sinks = handedOver<Folded>(folder, 'sink')
    return {
      totals: sumOf(sinks),
      checkpoints: completed,
      startSeconds: (Math.min(...sources.map(({ began }) => began)) - asked) / 1_000,
      secondHalfSeconds: (Math.max(...sinks.map(({ closed }) => closed)) - Math.min(...sources.map(({ halfWay }) => halfWay))) / 1_000,
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const completedRun = async (job: Topology, options: RunOptions): Promise<Checkpoint[]> => {
  const completed: Checkpoint[] = []
  const running = await run(job, options)
  running.events$.subscribe((event) => {
    if (event.type === 'checkpoint') completed.push(event)
  })
  await running.completed
  return completed
}
