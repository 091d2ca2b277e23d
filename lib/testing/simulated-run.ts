/**
 * One seed is one whole run of a topology: virtual time, a shuffled order of actors and I/O, crashes of the process that lose what was
 * not durable, and resumes until the job has ended.
 */
import { CHAIN_MODES } from '../runtime/chain-host.ts'
import type { Topology } from '../api/topology.ts'
import { fileStore } from '../checkpoint/stores/file-store.ts'
import { seededRandom } from '../env/sim-random.ts'
import { simWorld } from '../env/sim.ts'
import type { DeadLetter, Job, JobEvent, JobSummary, RunOptions } from '../runtime/job-handle.ts'
import { runIn } from '../runtime/job.ts'
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
  readonly restarts: number
  /** Steps of the last life. */
  readonly steps: number
  /** 'quiet': nothing was left to happen and the job had not ended, which is a hang. */
  readonly outcome: 'ended' | 'quiet' | 'limit'
}

const STEPS_MAX = 100_000
const VIRTUAL_MS_MAX = 3_600_000

export const simulatedRun = async (topology: Topology, options: SimulatedRunOptions): Promise<SimulatedRun> => {
  const random = seededRandom(options.seed ^ 0x5eed)
  const draw = (count: number): number => Math.floor(random.next() * count)
  const combining = seededRandom(options.seed ^ 0xc0b1)
  const world = simWorld({ seed: options.seed })
  const every = options.every ?? 1 + draw(20)
  const tuning: Pick<Tuning, 'batchRows' | 'channelRows'> = {
    batchRows: options.tuning?.batchRows ?? [1, 2, 3, 7, 64, 1024][draw(6)]!,
    channelRows: options.tuning?.channelRows ?? [1, 2, 5, 64, 4096][draw(5)]!,
  }
  const crashesMax = options.crashSteps?.length ?? options.crashes ?? 0
  let crashes = 0
  let resumes = 0
  let restarts = 0
  let steps = 0
  for (let life = 0; ; life++) {
    options.onBoot?.(life)
    const process = world.boot()
    const parallelism = options.parallelismOfLife?.(life)
    const combine = options.combineOfLife?.(life) ?? combining.chance(0.7)
    let job: Job | null = null
    let ended: { summary: JobSummary } | { error: unknown } | null = null
    const began = runIn(
      process.env,
      topology,
      {
        combine,
        ...options.run,
        ...(parallelism === undefined ? {} : { parallelism }),
        ...(every === 0 ? {} : { checkpoints: { every, to: fileStore('/checkpoints') } }),
      },
      { ...tuning, chains: options.tuning?.chains ?? CHAIN_MODES[draw(CHAIN_MODES.length)]! },
    ).then(
      (started) => {
        job = started
        started.events$.subscribe((event: JobEvent) => {
          if (event.type === 'started' && event.from !== 'new') resumes++
          if (event.type === 'restart') restarts++
        })
        return started.completed.then(
          (summary) => void (ended = { summary }),
          (error: unknown) => void (ended = { error }),
        )
      },
      (error: unknown) => void (ended = { error }),
    )
    void began
    const crashing = life < crashesMax
    const stepsMax = crashing ? (options.crashSteps?.[life] ?? 1 + draw([40, 200, 1000][draw(3)]!)) : STEPS_MAX
    const outcome = await process.run(() => ended !== null, { steps: stepsMax, virtualMs: VIRTUAL_MS_MAX })
    steps = process.steps
    if (outcome === 'limit' && crashing) {
      process.kill()
      crashes++
      continue
    }
    const letters = (job as Job | null)?.deadLetters() ?? []
    const result = ended as { summary: JobSummary } | { error: unknown } | null
    process.kill()
    return {
      summary: result !== null && 'summary' in result ? result.summary : null,
      error: result !== null && 'error' in result ? result.error : null,
      deadLetters: letters,
      crashes,
      resumes,
      restarts,
      steps,
      outcome: outcome === 'until' ? 'ended' : outcome,
    }
  }
}
