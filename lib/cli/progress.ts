/** Tells from time to time how far a job is: on a terminal one line that is written anew, else a line now and then. */
import type { Job } from '../runtime/job-handle.ts'
import type { Output } from './output.ts'
import { progressText } from './progress-figures.ts'
import type { Reading } from './progress-figures.ts'

/** Milliseconds between two lines. */
const ON_TERMINAL = 500
const IN_LOG = 10_000

/** Tells until the returned function is called. */
export const showProgress = (job: Job, id: string, output: Output): (() => void) => {
  let checkpointAt: number | null = null
  const checkpoints = job.events$.subscribe((event) => {
    if (event.type === 'checkpoint') checkpointAt = event.at
  })
  const read = (): Reading => ({ status: job.status, metrics: job.metrics(), at: Date.now() })
  let before = read()
  const tell = (): void => {
    const now = read()
    const text = progressText(before, now, checkpointAt)
    before = now
    if (output.isInteractive) output.status(text)
    else output.note(`${id}: ${text}`)
  }
  const timer = setInterval(tell, output.isInteractive ? ON_TERMINAL : IN_LOG)
  return () => {
    clearInterval(timer)
    checkpoints.unsubscribe()
    if (output.isInteractive) output.status('')
  }
}
