/** `run`: topology → plan → where to begin → a running job. */
import { checkParameters, entering } from '../api/parameter.ts'
import type { Topology } from '../api/topology.ts'
import { topologyNode } from '../api/topology.ts'
import type { CheckpointData, OpenStore } from '../checkpoint/store.ts'
import type { Env } from '../env/env.ts'
import { isProduction, realEnv } from '../env/real.ts'
import { MillraceError, hasCode } from '../errors.ts'
import { buildPlan } from '../plan/build-plan.ts'
import { connectorsOf } from '../plan/connectors.ts'
import type { Plan } from '../plan/plan.ts'
import { oneForOne } from '../supervision/one-for-one.ts'
import type { Supervision } from '../supervision/strategy.ts'
import { BATCH_ROWS_MAX } from './batch.ts'
import { jobError } from './failure.ts'
import { finishedJob } from './finished-job.ts'
import type { Job, RunOptions } from './job-handle.ts'
import type { Tuning } from './region-part.ts'
import { checkFits } from './restored-job.ts'
import { checkOptions } from './run-options.ts'
import type { CheckedOptions } from './run-options.ts'
import { RunningJob } from './running-job.ts'
import type { StartReport } from './job-start.ts'
import { holdsHandles } from './sink-actor.ts'
import type { SlotJob } from './slot-protocol.ts'
import { Slots } from './slots.ts'
import { strategyData } from './strategy-data.ts'

/** Waking another thread costs what some thousand rows do: between threads batches are larger. */
const usualTuning = (): Tuning => ({
  batchRows: BATCH_ROWS_MAX,
  channelRows: 4 * BATCH_ROWS_MAX,
  chains: 'compiled',
  far: { batchRows: 4 * BATCH_ROWS_MAX, channelRows: 16 * BATCH_ROWS_MAX, channelBytes: 2 ** 20, clonesInstances: isProduction() },
})

/**
 * Runs a topology on this thread.
 *
 * @example const job = await run(topology); const { records, results } = await job.completed
 * @throws TOPOLOGY_INVALID, ID_MISSING, ID_DUPLICATE, OPTION_INVALID before anything opens; STORE_LOCKED, SNAPSHOT_CORRUPT,
 *   SNAPSHOT_INCOMPATIBLE, SOURCE_FAILED, SINK_FAILED, SINK_NOT_EMPTY while it opens. Later failures reject `completed`.
 */
export const run = (topology: Topology, options: RunOptions = {}): Promise<Job> => runIn(realEnv(), topology, options)

/** `run` in a given Env. */
export const runIn = async (env: Env, topology: Topology, given: RunOptions, tuned: Partial<Tuning> = {}): Promise<Job> => {
  const tuning = { ...usualTuning(), ...tuned }
  const node = topologyNode(topology)
  if (node === undefined) throw new MillraceError('TOPOLOGY_INVALID', 'run was not given a topology', { next: "Pass what topology(import.meta, 'id', …flows) returned." })
  const options = checkOptions(given)
  const values = checkParameters(options.parameters, connectorsOf(node))
  const enter = entering(() => values)
  const plan = enter(() => buildPlan(node, { ...options, checkpoints: options.checkpoints !== null }))
  const { checkpoints } = options
  const store = checkpoints === null ? null : await ofStore(() => checkpoints.to.open(env, plan.topology.id, { keep: checkpoints.keep }))
  let slots: Slots | null = null
  try {
    const place = store === null ? null : await ofStore(() => findStart(store, options, plan))
    const supervision = options.supervision ?? oneForOne()
    const start = { plan, options, env, tuning, store, supervision, enter, data: place?.data ?? null, run: place?.run ?? 1, firstCheckpoint: place?.firstCheckpoint ?? 0, slots: null }
    if (start.data?.finished === true && options.restore === 'latest') return await finishedJob({ ...start, data: start.data, store: store! })
    const snapshots = store?.shared === undefined ? null : { folder: store.shared.folder, run: start.run }
    slots = options.slots === 0 ? null : await startSlots(env, plan, options, supervision, tuning, snapshots)
    const job = new RunningJob({ ...start, slots })
    for (const event of place?.reports ?? []) job.report(event)
    await job.open()
    return job
  } catch (error) {
    await slots?.close()
    await store?.close().catch(() => undefined)
    throw hasCode(error) ? jobError(error, plan) : error
  }
}

const startSlots = (env: Env, plan: Plan, options: CheckedOptions, supervision: Supervision, tuning: Tuning, snapshots: SlotJob['snapshots']): Promise<Slots> => {
  const { id, module } = plan.topology
  if (module === null)
    throw new MillraceError('TOPOLOGY_HAS_NO_MODULE', `'${id}' was made inside a function or a test, where no thread can find it`, { next: `Export it from a module: export default topology(import.meta, '${id}', …); or leave slots out.` })
  const { slots, parallelism, maxParallelism, parameters, checkpoints, combine, restore, heartbeatTimeout } = options
  return Slots.start(env, plan, heartbeatTimeout, {
    slots,
    module,
    topologyId: id,
    parallelism,
    maxParallelism,
    checkpoints: checkpoints !== null,
    snapshots,
    combine,
    replacing: restore === 'none',
    tuning,
    supervision: strategyData(supervision),
    parameters,
  })
}

/** A store's own errors have codes; those of its disk do not. */
const ofStore = async <T>(work: () => Promise<T>): Promise<T> => {
  try {
    return await work()
  } catch (error) {
    if (hasCode(error)) throw error
    const what = `the store of checkpoints cannot be read: ${error instanceof Error ? error.message : String(error)}`
    throw new MillraceError('CHECKPOINT_FAILED', what, { next: 'Mend the cause and run again; nothing was changed.', cause: error })
  }
}

interface StartPlace {
  readonly data: CheckpointData | null
  readonly run: number
  readonly firstCheckpoint: number
  readonly reports: readonly StartReport[]
}

/** Where a run begins: the newest good checkpoint, a given one, or anew. Numbers go on where the store left off. */
const findStart = async (store: OpenStore, options: CheckedOptions, plan: Plan): Promise<StartPlace> => {
  if (options.restore === 'none') {
    return { data: null, run: (await store.highestRun()) + 1, firstCheckpoint: 0, reports: [] }
  }
  if (options.restore !== 'latest') {
    const given = await store.read(options.restore)
    checkFits(given, plan)
    // Sinks are cut back to it, so 'latest' must never look behind it: it becomes the first checkpoint of this run.
    const data: CheckpointData = { ...given, run: (await store.highestRun()) + 1 }
    await store.write(data)
    const reports = stuckSinks(given, plan).map((id): StartReport => ({
      type: 'warning',
      message: `'${id}' keeps what it committed after checkpoint ${given.run}-${given.checkpoint}: it cannot go back`,
    }))
    return { data: given, run: data.run, firstCheckpoint: data.checkpoint + 1, reports }
  }
  const latest = await store.latest()
  if (latest.found !== null) {
    checkFits(latest.found, plan)
    requireGoingBack(latest.found, latest.damaged.length, plan)
  }
  return {
    data: latest.found,
    run: latest.found?.run ?? latest.run + 1,
    firstCheckpoint: latest.found === null ? 0 : latest.checkpoint + 1,
    reports: latest.damaged.map(({ checkpoint, error }): StartReport => ({ type: 'damaged-checkpoint', checkpoint, message: error.message })),
  }
}

/** Sinks that commit, by what the snapshot holds of them, and do not say that they can take a commit back. */
const stuckSinks = (data: CheckpointData, plan: Plan): string[] =>
  plan.vertices
    .flatMap((vertex) => (vertex.sink !== null && vertex.sink.connector.canGoBack !== true ? [vertex.id] : []))
    .filter((id) => data.chunks.some(({ name, bytes }) => name.slice(0, name.lastIndexOf('/')) === id && holdsHandles(bytes)))

/** Older than the newest: every sink that commits has to be able to take a commit back. */
const requireGoingBack = (data: CheckpointData, damaged: number, plan: Plan): void => {
  const stuck = damaged === 0 ? [] : stuckSinks(data, plan)
  if (stuck.length === 0) return
  const checkpoint = `${data.run}-${data.checkpoint}`
  const sinks = stuck.map((id) => `'${id}'`).join(', ')
  throw new MillraceError('SNAPSHOT_CORRUPT', `the newest checkpoint is damaged, and ${sinks} cannot take back what was committed after checkpoint ${checkpoint}`, {
    next: `Pass restore: the folder of checkpoint ${checkpoint} to go back to it on purpose.`,
  })
}
