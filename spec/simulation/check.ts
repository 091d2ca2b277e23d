/** One seed: a random job, run under crashes, stalls and reordering, has to give what the reference gives. */
import { topologyNode } from '../../lib/api/topology.ts'
import { describeError } from '../../lib/supervision/describe-error.ts'
import type { SinkConnector } from '../../lib/api/connector.ts'
import type { Topology } from '../../lib/api/topology.ts'
import { seededRandom } from '../../lib/env/sim-random.ts'
import { committedSink } from '../../lib/testing/committed-sink.ts'
import { simulatedRun } from '../../lib/testing/simulated-run.ts'
import type { SimulatedRunOptions } from '../../lib/testing/simulated-run.ts'
import { compareOutputs } from '../reference/compare.ts'
import { interpret } from '../reference/interpret.ts'
import { randomJob } from './random-job.ts'
import type { RandomJobOptions } from './random-job.ts'
import { withoutLast } from './without-last.ts'

export interface SeedReport {
  readonly seed: number
  readonly describe: string
  readonly crashes: number
  readonly resumes: number
  readonly restarts: number
  readonly moves: number
  readonly lost: number
  readonly vanished: number
  readonly stalled: number
  readonly hangs: number
  /** Of the last life. */
  readonly steps: number
  /** What each sink holds in the end. */
  readonly outputs: Readonly<Record<string, readonly unknown[]>>
  /** What differs, in words; null: nothing. */
  readonly difference: string | null
}

export interface CheckOptions extends Omit<RandomJobOptions, 'sinkOf'> {
  readonly crashes?: number
  /** 2 to 4 slots in each life, of which some stall and some vanish. */
  readonly slots?: boolean
  readonly run?: Partial<SimulatedRunOptions>
}

/** A lost slot brings a life to its end as a crash does: there are fewer of those. */
const onSlots = (seed: number, topologyOfThread: () => Topology): Partial<SimulatedRunOptions> => ({
  crashes: 2,
  slotsOfLife: (life) => 2 + seededRandom(seed ^ (0x517 * life)).below(3),
  slotFaults: { vanish: 0.25, stall: 0.25 },
  topologyOfThread,
})

export const checkSeed = async (seed: number, options: CheckOptions = {}): Promise<SeedReport> => {
  const sinks = new Map<string, ReturnType<typeof committedSink<unknown>>>()
  const sinkOf = (id: string): SinkConnector<never> => {
    const made = sinks.get(id) ?? committedSink<unknown>()
    sinks.set(id, made)
    return made as never
  }
  const job = randomJob(seed, { ...options, sinkOf })
  const expected = interpret(topologyNode(job.topology)!, { sources: job.records, parallelism: job.parallelism })
  job.forget()
  const run = await simulatedRun(job.topology, {
    seed,
    crashes: options.crashes ?? 4,
    run: { parallelism: job.parallelism },
    // A new process remembers nothing of the calls that failed in the last one.
    onBoot: () => job.forget(),
    ...(options.slots === true ? onSlots(seed, () => randomJob(seed, { ...options, sinkOf }).topology) : {}),
    ...options.run,
  })
  const differences: string[] = []
  if (run.outcome !== 'ended') differences.push(`the job hangs: ${run.outcome} after ${run.steps} steps`)
  if (run.error !== null) differences.push(`the job failed: ${describeError(run.error).stack || describeError(run.error).message}`)
  if (differences.length === 0) {
    for (const [id, { committed }] of sinks) {
      const wanted = expected.sinks[id]!
      const open = job.parallelism > 1
      const difference = compareOutputs(open ? { ordered: wanted.ordered, records: wanted.records.map(withoutLast) } : wanted, open ? committed.map(withoutLast) : committed)
      if (difference !== null) differences.push(`sink '${id}': ${difference}`)
    }
    const letters = run.deadLetters.map(({ record, error, attempt, reason }) => ({ record, operatorId: error.operatorId, attempt, reason, code: error.code }))
    const lettersDiffer = compareOutputs({ records: expected.deadLetters, ordered: false }, letters)
    if (lettersDiffer !== null) differences.push(`dead letters: ${lettersDiffer}`)
    const { records, results, late, deadLetters } = run.summary!
    const counted = { records, results, late, deadLetters }
    const wanted = { records: expected.records, results: expected.results, late: expected.late, deadLetters: expected.deadLetters.length }
    if (JSON.stringify(counted) !== JSON.stringify(wanted)) differences.push(`counters: expected ${JSON.stringify(wanted)}, counted ${JSON.stringify(counted)}`)
  }
  return {
    seed,
    describe: job.describe,
    crashes: run.crashes,
    resumes: run.resumes,
    restarts: run.restarts,
    moves: run.moves,
    lost: run.lost,
    vanished: run.threads.vanished,
    stalled: run.threads.stalled,
    hangs: run.hangs,
    steps: run.steps,
    outputs: Object.fromEntries([...sinks].map(([id, { committed }]) => [id, committed])),
    difference: differences.length === 0 ? null : differences.join('\n  '),
  }
}
