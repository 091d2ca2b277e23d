/** The workloads as a user of Millrace writes them. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { aggregate, count, eventTime, filter, from, generate, keyBy, map, seconds, sliding, sum, tumbling, window } from 'millrace'
import { run, sink, source, topology } from 'millrace'
import { fileStore } from 'millrace/files'
import type { DataStream, Flow, RunOptions, SinkRef, Topology } from 'millrace'
import { change, heavyChange, heavyRecordAt, isKept, recordAt } from '../generator.ts'
import type { BenchRecord } from '../generator.ts'
import type { Totals } from '../golden.ts'
import type { Windowing, Workload } from '../workload.ts'
import { foldingSink } from './folding-sink.ts'
import type { Counted } from './folding-sink.ts'

export interface MillraceRun {
  readonly totals: Totals
  /** Completed ones; empty without checkpoints. */
  readonly checkpoints: readonly Checkpoint[]
}

export interface Checkpoint {
  readonly bytes: number
  readonly tookMs: number
}

export interface MillraceOptions {
  readonly parallelism: number
  /** One each second, exactly once, in a temporary folder. */
  readonly checkpoints: boolean
  /** Senders add up before a shuffle. */
  readonly combine: boolean
}

export const millraceRun = async (workload: Workload, { parallelism, checkpoints, combine }: MillraceOptions): Promise<MillraceRun> => {
  const folder = checkpoints ? await mkdtemp(join(tmpdir(), 'millrace-bench-')) : null
  try {
    const folding = foldingSink()
    const options = folder === null ? {} : { checkpoints: { every: seconds(1), to: fileStore(folder) } }
    const completed = await completedRun(topologyOf(workload, sink('totals', folding.connector)), { parallelism, combine, ...options })
    return { totals: folding.totals(), checkpoints: completed }
  } finally {
    if (folder !== null) await rm(folder, { recursive: true, force: true })
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

const topologyOf = (workload: Workload, totals: SinkRef<Counted>): Topology => topology(null, workload.name, flowOf(workload, totals))

const flowOf = ({ records, keys, disorder, window: windowing, before }: Workload, totals: SinkRef<Counted>): Flow => {
  const outOfOrderness = disorder - 1
  if (before === 'heavy')
    return windowed(
      from(source('generated', generate((index) => heavyRecordAt(index, keys, disorder), { count: records }))).pipe(
        eventTime((record) => record.time, { outOfOrderness }),
        map(heavyChange),
        filter(isKept),
      ),
      windowing!,
    ).to(totals)
  const generated = from(source('generated', generate((index) => recordAt(index, keys, disorder), { count: records })))
  if (windowing === null)
    return generated
      .pipe(
        keyBy((record) => record.key),
        aggregate({ n: count(), total: sum((record) => record.value) }, { id: 'running' }),
      )
      .to(totals)
  const timed = generated.pipe(eventTime((record) => record.time, { outOfOrderness }))
  return windowed(before === 'cheap' ? timed.pipe(map(change), filter(isKept)) : timed, windowing).to(totals)
}

const windowed = (records: DataStream<BenchRecord>, { size, slide }: Windowing): DataStream<Counted> =>
  records.pipe(
    keyBy((record) => record.key),
    window(slide < size ? sliding(size, slide) : tumbling(size)),
    aggregate({ n: count(), total: sum((record) => record.value) }, { id: 'per-window' }),
  )
