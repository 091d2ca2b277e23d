/**
 * One seed is one whole run of a topology: virtual time, a shuffled order of actors and I/O, crashes of the process that lose what was
 * not durable, and resumes until the job has ended.
 */
import { CHAIN_MODES } from '../runtime/chain-host.ts'
import type { Topology } from '../api/topology.ts'
import { fileStore } from '../checkpoint/stores/file-store.ts'
import { seededRandom } from '../env/sim-random.ts'
import { simWorld } from '../env/sim.ts'
import type { SimThreadCounts, SimThreadFaults, SimThreadsOptions } from '../env/sim-threads.ts'
import { hasCode } from '../errors.ts'
import type { DeadLetter, Job, JobEvent, JobSummary, RunOptions } from '../runtime/job-handle.ts'
import { runIn } from '../runtime/job.ts'
import { hostSlot } from '../runtime/slot-host.ts'
import type { SlotJob } from '../runtime/slot-protocol.ts'
import type { Tuning } from '../runtime/region-part.ts'

export interface SimulatedRunOptions {
  readonly seed: number
  /** Crashes of the process at most; each falls on a random step. 0: none. */
  readonly crashes?: number
  /** A crash at exactly these step counts, one life each, instead of random ones. */
  readonly crashSteps?: readonly number[]
  readonly tuning?: Partial<Tuning>
  /** Milliseconds between checkpoints; 0: none are taken. Drawn from the seed unless given. */
  readonly every?: number
  readonly run?: Omit<RunOptions, 'checkpoints' | 'restore'>
  /** Parallelism of the life with that index, for a rescale at each resume. */
  readonly parallelismOfLife?: (life: number) => number
  /** Whether senders combine in the life with that index; drawn from the seed unless given. */
  readonly combineOfLife?: (life: number) => boolean
  /** Slots of the life with that index; none unless given. */
  readonly slotsOfLife?: (life: number) => number
  /** Shares of slots that vanish and that stall, while fewer than `lost` lives have ended with a lost slot (3 unless given). */
  readonly slotFaults?: SimThreadFaults & { readonly lost?: number }
  /** The topology as a slot's thread makes it, from its own copy of the module; the very same one unless given. */
  readonly topologyOfThread?: () => Topology
  /** Called at the start of each life: what does not survive a crash is put back. */
  readonly onBoot?: (life: number) => void
}

export interface SimulatedRun {
  readonly summary: JobSummary | null
  readonly error: unknown
  readonly deadLetters: readonly DeadLetter[]
  readonly crashes: number
  /** Lives that began from a checkpoint. */
  readonly resumes: number
  /** Of those, at another number of slots than the life before. */
  readonly moves: number
  /** Lives that ended with SLOT_LOST. */
  readonly lost: number
  readonly threads: SimThreadCounts
  /** Warnings that a slot hangs. */
  readonly hangs: number
  readonly restarts: number
  /** Steps of the last life. */
  readonly steps: number
  /** 'quiet': nothing was left to happen and the job had not ended, which is a hang. */
  readonly outcome: 'ended' | 'quiet' | 'limit'
}

/** What simulated threads run: slots that find this topology where they would import its module. */
export const slotTaskOf =
  (topology: () => Topology): SimThreadsOptions['run'] =>
  (env, { port, data }) =>
    hostSlot(data as SlotJob, { env, end: port, importModule: () => Promise.resolve({ default: topology() }) })

const STEPS_MAX = 100_000
const VIRTUAL_MS_MAX = 3_600_000
/** A slot has events of its own, and what is lost in it another one waits for. */
const SLOTS_STEPS = 4
const LOST_MAX = 3

type Ended = { readonly summary: JobSummary } | { readonly error: unknown }

export const simulatedRun = async (topology: Topology, options: SimulatedRunOptions): Promise<SimulatedRun> => {
  const random = seededRandom(options.seed ^ 0x5eed)
  const draw = (count: number): number => Math.floor(random.next() * count)
  const combining = seededRandom(options.seed ^ 0xc0b1)
  const chance = seededRandom(options.seed ^ 0x5107)
  const every = options.every ?? 1 + draw(20)
  const tuning: Partial<Tuning> = {
    batchRows: options.tuning?.batchRows ?? [1, 2, 3, 7, 64, 1024][draw(6)]!,
    channelRows: options.tuning?.channelRows ?? [1, 2, 5, 64, 4096][draw(5)]!,
    far: options.tuning?.far ?? { batchRows: [1, 2, 7, 64][chance.below(4)]!, channelRows: [1, 5, 64, 4096][chance.below(4)]!, channelBytes: [1_024, 4_096, 65_536][chance.below(3)]!, clonesInstances: false },
  }
  const faults = options.slotFaults ?? { vanish: 0, stall: 0 }
  const crashesMax = options.crashSteps?.length ?? options.crashes ?? 0
  let crashes = 0
  let lost = 0
  let resumes = 0
  let moves = 0
  let restarts = 0
  let hangs = 0
  let slotsBefore = 0
  const world = simWorld({
    seed: options.seed,
    threads: {
      run: slotTaskOf(options.topologyOfThread ?? (() => topology)),
      faults: () => (lost < (faults.lost ?? LOST_MAX) ? faults : { ...faults, vanish: 0 }),
    },
  })
  let process = world.boot()
  for (let life = 0; ; life++) {
    options.onBoot?.(life)
    const parallelism = options.parallelismOfLife?.(life)
    const slots = options.slotsOfLife?.(life) ?? 0
    const combine = options.combineOfLife?.(life) ?? combining.chance(0.7)
    let job: Job | null = null
    let ended: Ended | null = null
    const heard = (event: JobEvent): void => {
      if (event.type === 'started' && event.from !== 'new') {
        resumes++
        if (slots !== slotsBefore) moves++
      }
      if (event.type === 'restart') restarts++
      if (event.type === 'warning' && event.message.includes('has not answered')) hangs++
    }
    void runIn(
      process.env,
      topology,
      {
        combine,
        ...options.run,
        ...(parallelism === undefined ? {} : { parallelism }),
        ...(slots === 0 ? {} : { slots }),
        ...(every === 0 ? {} : { checkpoints: { every, to: fileStore('/checkpoints') } }),
      },
      { ...tuning, chains: options.tuning?.chains ?? CHAIN_MODES[draw(CHAIN_MODES.length)]! },
    )
      .then((started) => {
        job = started
        started.events$.subscribe(heard)
        return started.completed
      })
      .then(
        (summary) => void (ended = { summary }),
        (error: unknown) => void (ended = { error }),
      )
    const crashing = crashes < crashesMax
    const more = slots === 0 ? 1 : SLOTS_STEPS
    const stepsMax = crashing ? (options.crashSteps?.[life] ?? more * (1 + draw([40, 200, 1000][draw(3)]!))) : more * STEPS_MAX
    const outcome = await process.run(() => ended !== null, { steps: stepsMax, virtualMs: VIRTUAL_MS_MAX })
    slotsBefore = slots
    if (outcome === 'limit' && crashing) {
      process.kill()
      process = world.boot()
      crashes++
      continue
    }
    const result = ended as Ended | null
    const error = result !== null && 'error' in result ? result.error : null
    if (hasCode(error) && error.code === 'SLOT_LOST' && world.threads.vanished > 0 && lost < (faults.lost ?? LOST_MAX)) {
      lost++
      // Whoever ran it runs it again, in the same process or in the next one.
      if (chance.chance(0.5)) continue
      process.kill()
      process = world.boot()
      continue
    }
    const letters = (job as Job | null)?.deadLetters() ?? []
    process.kill()
    return {
      summary: result !== null && 'summary' in result ? result.summary : null,
      error,
      deadLetters: letters,
      crashes,
      resumes,
      moves,
      lost,
      threads: { ...world.threads },
      hangs,
      restarts,
      steps: process.steps,
      outcome: outcome === 'until' ? 'ended' : outcome,
    }
  }
}
