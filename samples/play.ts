/** Plays a sample's topology with checkpoints: goes on where a killed run was, and begins anew after a finished one. */
import { run } from 'millrace'
import type { Job, JobEvent, JobSummary, RunOptions, Topology } from 'millrace'

const PROGRESS_MS = 100
const clearLine = '\r\u001b[K'
const exitCodes: Partial<Record<NodeJS.Signals, number>> = { SIGINT: 130, SIGTERM: 143 }

export interface Play {
  readonly summary: JobSummary
  /** 0 at the end of the input; of a run that a signal stopped, that signal's. */
  readonly exitCode: number
}

/** Plays a topology to its end, or until Ctrl-C. `unit`: what its records are called, in the plural. */
export const play = async (topology: Topology, options: RunOptions, unit: string): Promise<Play> => {
  const job = await begin(topology, options)
  const events = job.events$.subscribe((event) => tell(event, unit))
  let exitCode = 0
  const stop = (signal: NodeJS.Signals): void => {
    const code = exitCodes[signal] ?? 1
    if (exitCode !== 0) process.exit(code)
    exitCode = code
    say('stopping with a last checkpoint …')
    // A failure on the way rejects `completed` as well.
    job.stop().catch(() => undefined)
  }
  process.on('SIGINT', stop).on('SIGTERM', stop)
  const showProgress = (): void => void process.stdout.write(`${clearLine}${progressOf(job, unit)}`)
  const progress = process.stdout.isTTY ? setInterval(showProgress, PROGRESS_MS) : undefined
  try {
    return { summary: await job.completed, exitCode }
  } finally {
    clearInterval(progress)
    if (process.stdout.isTTY) process.stdout.write(clearLine)
    events.unsubscribe()
    process.off('SIGINT', stop).off('SIGTERM', stop)
  }
}

/** A run that finds its job finished reads nothing: the next one starts over. */
const begin = async (topology: Topology, options: RunOptions): Promise<Job> => {
  const job = await run(topology, options)
  if (!hadFinished(job)) return job
  await job.completed
  say('The last run came to its end, so this one begins anew.')
  return run(topology, { ...options, restore: 'none' })
}

const hadFinished = (job: Job): boolean => {
  let finished = false
  job.events$.subscribe((event) => (finished ||= event.type === 'started' && event.from === 'finished')).unsubscribe()
  return finished
}

const tell = (event: JobEvent, unit: string): void => {
  if (event.type === 'started' && event.from === 'resumed')
    say(`Resuming from checkpoint ${event.checkpoint}: ${event.records.toLocaleString('en-US')} ${unit} had been read.`)
  else if (event.type === 'damaged-checkpoint') say(`Checkpoint ${event.checkpoint} is damaged and is left out.`)
  else if (event.type === 'restart') say(`Restarting after a failure: ${event.error.message}`)
  else if (event.type === 'warning') say(`Warning: ${event.message}`)
}

const say = (text: string): void => console.log(`${process.stdout.isTTY ? clearLine : ''}${text}`)

const progressOf = (job: Job, unit: string): string => {
  const { records, results, late } = job.metrics()
  const [read, written, tooLate] = [records, results, late].map((value) => value.toLocaleString('en-US'))
  return `${read} ${unit} read, ${written} rows written, ${tooLate} late`
}
