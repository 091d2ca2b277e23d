/** How far a job is, on one line that is written anew twice a second. */
import type { Job } from '../runtime/job-handle.ts'
import type { Output } from './output.ts'

const EVERY_MS = 500

/** Shows the line until the returned function is called. */
export const showProgress = (job: Job, output: Output): (() => void) => {
  let recordsBefore = job.metrics().records
  let before = performance.now()
  const timer = setInterval(() => {
    const { records, results, late, deadLetters } = job.metrics()
    const now = performance.now()
    const perSecond = Math.round(((records - recordsBefore) / (now - before)) * 1_000)
    ;[recordsBefore, before] = [records, now]
    output.status(
      [
        job.status,
        `${number(records)} records (${number(perSecond)}/s)`,
        `${number(results)} results`,
        ...(late > 0 ? [`${number(late)} late`] : []),
        ...(deadLetters > 0 ? [`${number(deadLetters)} dead letters`] : []),
      ].join('  '),
    )
  }, EVERY_MS)
  return () => {
    clearInterval(timer)
    output.status('')
  }
}

const number = (value: number): string => value.toLocaleString('en-US')
