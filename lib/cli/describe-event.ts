/** What happens to a job, in words: null for what nobody needs to read. */
import type { JobEvent } from '../runtime/job-handle.ts'
import { formatDuration } from './duration.ts'
import { countOf } from './number.ts'

/** The first line of a message: the rest says what to do next. */
const headOf = (message: string): string => message.split('\n', 1)[0] ?? ''

export const describeEvent = (event: JobEvent): string | null => {
  switch (event.type) {
    case 'started':
      return describeStart(event)
    case 'damaged-checkpoint':
      return `checkpoint ${event.checkpoint} is damaged and is left out: ${headOf(event.message)}`
    case 'checkpoint-failed':
      return headOf(event.error.message)
    case 'restart':
      return `restart of '${event.operatorId}' in ${formatDuration(event.delayMs)}: ${headOf(event.error.message)}`
    case 'stopped':
      return `'${event.operatorId}' was stopped by its supervisor: ${headOf(event.error.message)}`
    case 'lost':
      return `'${event.operatorId}' has no positions: ${countOf(event.records, 'record')} that it had emitted ${event.records === 1 ? 'is' : 'are'} lost`
    case 'warning':
      return `warning: ${event.message}`
    case 'status':
    case 'checkpoint':
    case 'dead-letter':
      return null
  }
}

const describeStart = ({ from, checkpoint, records }: Extract<JobEvent, { type: 'started' }>): string => {
  const read = countOf(records, 'record')
  switch (from) {
    case 'new':
      return 'starts anew'
    case 'resumed':
      return `resumes from checkpoint ${checkpoint}, after ${read}`
    case 'finished':
      return `has already finished (checkpoint ${checkpoint}, ${read})`
  }
}
