/** `millrace run FILE`: loads the topology, runs it, says what happens, and ends with its summary. */
import { parametersFromText } from '../api/parameter.ts'
import { fileStore } from '../checkpoint/stores/file-store.ts'
import { hasCode } from '../errors.ts'
import { run } from '../runtime/job.ts'
import type { Job, RunOptions } from '../runtime/job-handle.ts'
import { describeEvent } from './describe-event.ts'
import { loadTopology } from './load-topology.ts'
import type { Output } from './output.ts'
import { showProgress } from './progress.ts'
import { exitCodeOf, listenForSignals } from './signals.ts'
import type { Signals } from './signals.ts'
import { summaryTable } from './summary.ts'
import { UsageError } from './usage-error.ts'

/** Options of the command line, each already of its kind. */
export interface RunArguments {
  readonly parallelism?: number
  /** A folder. */
  readonly checkpoints?: string
  /** Milliseconds. */
  readonly every?: number
  readonly restore?: string
  /** By name. */
  readonly parameter?: Readonly<Record<string, string>>
  readonly quiet?: boolean
}

const EVERY_MS = 10_000

/** Resolves with the exit code. @throws what loading, opening or the job itself failed with; UsageError */
export const runCommand = async (file: string, given: RunArguments, output: Output): Promise<number> => {
  if (given.checkpoints === undefined) refuseWithoutCheckpoints(given)
  const signals = listenForSignals()
  try {
    const topology = await loadTopology(file)
    const job = await start(() => run(topology, optionsOf(given)))
    return await follow(job, topology.id, signals, given.quiet === true, output)
  } finally {
    signals.release()
  }
}

const refuseWithoutCheckpoints = ({ every, restore }: RunArguments): void => {
  if (every !== undefined) throw new UsageError('--every needs --checkpoints DIR')
  if (restore !== undefined && restore !== 'none') throw new UsageError(`--restore ${restore} needs --checkpoints DIR`)
}

const optionsOf = ({ parallelism, checkpoints, every, restore, parameter }: RunArguments): RunOptions => ({
  ...(parallelism === undefined ? {} : { parallelism }),
  ...(checkpoints === undefined ? {} : { checkpoints: { every: every ?? EVERY_MS, to: fileStore(checkpoints) } }),
  ...(restore === undefined ? {} : { restore }),
  ...(parameter === undefined ? {} : { parameters: parametersFromText(parameter) }),
})

/** What is refused before anything opens was wrong on the command line. */
const start = async (begin: () => Promise<Job>): Promise<Job> => {
  try {
    return await begin()
  } catch (error) {
    throw hasCode(error, 'OPTION_INVALID') ? new UsageError(error.message, { cause: error }) : error
  }
}

const follow = async (job: Job, id: string, signals: Signals, quiet: boolean, output: Output): Promise<number> => {
  const events = job.events$.subscribe((event) => {
    const text = describeEvent(event)
    if (text !== null && !(quiet && event.type === 'started')) output.note(`${id}: ${text}`)
  })
  const hideProgress = !quiet && output.isInteractive ? showProgress(job, output) : () => undefined
  signals.onFirst((signal) => {
    if (!quiet) output.note(`${id}: ${signal}, stops; once more ends it at once`)
    // A failure on the way rejects `completed` as well, which is awaited below.
    job.stop().catch(() => undefined)
  })
  try {
    const summary = await job.completed
    hideProgress()
    if (!quiet) output.note(`${id}: ${signals.first === null ? 'finished' : 'stopped'}\n${summaryTable(summary)}`)
    return signals.first === null ? 0 : exitCodeOf(signals.first)
  } finally {
    hideProgress()
    events.unsubscribe()
  }
}
