/** `millrace run FILE`: loads the topology, runs it, says what happens, and ends with its summary. */
import { parametersFromText } from '../api/parameter.ts'
import { fileStore } from '../checkpoint/stores/file-store.ts'
import { hasCode } from '../errors.ts'
import { run } from '../runtime/job.ts'
import type { Job, RunOptions } from '../runtime/job-handle.ts'
import { deadLetterReporter } from './dead-letter-report.ts'
import { describeEvent } from './describe-event.ts'
import { loadTopology } from './load-topology.ts'
import type { Output } from './output.ts'
import { showProgress } from './progress.ts'
import { exitCodeOf, listenForSignals } from './signals.ts'
import type { Signals } from './signals.ts'
import { operatorTable, summaryTable } from './summary.ts'
import type { LastCheckpoint } from './summary.ts'
import { UsageError } from './usage-error.ts'

/** Options of the command line, each already of its kind. */
export interface RunArguments {
  readonly parallelism?: number
  readonly slots?: number | 'auto'
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
/** As of a process that SIGPIPE ends: 128 + 13. */
const OUTPUT_CLOSED = 141

/** Resolves with the exit code. @throws what loading, opening or the job itself failed with; UsageError */
export const runCommand = async (file: string, given: RunArguments, output: Output): Promise<number> => {
  if (given.checkpoints === undefined) refuseWithoutCheckpoints(given)
  const signals = listenForSignals()
  try {
    const topology = await loadTopology(file)
    const job = await start(() => run(topology, optionsOf(given)))
    return await follow(job, topology.id, given, signals, output)
  } finally {
    signals.release()
  }
}

const refuseWithoutCheckpoints = ({ every, restore }: RunArguments): void => {
  const next = 'Add --checkpoints and a folder.'
  if (every !== undefined) throw new UsageError('--every needs --checkpoints DIR', next)
  if (restore !== undefined && restore !== 'none') throw new UsageError(`--restore ${restore} needs --checkpoints DIR`, next)
}

const optionsOf = ({ parallelism, slots, checkpoints, every, restore, parameter }: RunArguments): RunOptions => ({
  ...(parallelism === undefined ? {} : { parallelism }),
  ...(slots === undefined ? {} : { slots }),
  ...(checkpoints === undefined ? {} : { checkpoints: { every: every ?? EVERY_MS, to: fileStore(checkpoints) } }),
  ...(restore === undefined ? {} : { restore }),
  ...(parameter === undefined ? {} : { parameters: parametersFromText(parameter) }),
})

/** What is refused before anything opens was wrong on the command line. */
const start = async (begin: () => Promise<Job>): Promise<Job> => {
  try {
    return await begin()
  } catch (error) {
    throw hasCode(error, 'OPTION_INVALID') ? new UsageError(error.message, '', { cause: error }) : error
  }
}

const follow = async (job: Job, id: string, { quiet = false, checkpoints }: RunArguments, signals: Signals, output: Output): Promise<number> => {
  const { paint } = output
  const deadLetterText = deadLetterReporter(paint)
  let last: LastCheckpoint | null = null
  const events = job.events$.subscribe((event) => {
    if (event.type === 'checkpoint') last = event
    const text = event.type === 'dead-letter' ? deadLetterText(event.letter) : describeEvent(event)
    if (text !== null && !(quiet && event.type === 'started')) output.note(`${id}: ${text}`)
  })
  const hideProgress = quiet ? () => undefined : showProgress(job, id, output)
  signals.onFirst((signal) => {
    const how = checkpoints === undefined ? 'stops' : 'stops with a last checkpoint'
    if (!quiet) output.note(`${id}: ${signal}, ${how}; once more ends it at once`)
    // A failure on the way rejects `completed` as well, which is awaited below.
    job.stop().catch(() => undefined)
  })
  let closed = false
  output.onClosed(() => {
    closed = true
    void job.cancel()
  })
  try {
    const summary = await job.completed
    hideProgress()
    const { first } = signals
    if (!quiet) {
      const operators = operatorTable(job.metrics())
      output.note(`${id}: ${first === null ? paint('green', 'finished') : `${paint('yellow', 'stopped')}; ${nextRun(checkpoints)}`}`)
      output.note(`${operators === null ? '' : `${operators}\n\n`}${summaryTable(summary, last)}`)
    }
    return first === null ? 0 : exitCodeOf(first)
  } catch (error) {
    if (!closed) throw error
    return OUTPUT_CLOSED
  } finally {
    hideProgress()
    events.unsubscribe()
  }
}

const nextRun = (checkpoints: string | undefined): string =>
  checkpoints === undefined ? 'without --checkpoints the next run begins anew' : `run with --checkpoints ${checkpoints} again, it goes on from here`
