/** What a stage may stand behind: any stream of records, or a keyed one, windowed or not. */
import { handleOf } from '../api/stream.ts'
import type { Handle } from '../api/stream.ts'
import { MillraceError } from '../errors.ts'

/** The stream behind a stage that reads records. */
export const recordsOf = (input: unknown, stage: string, site: string): Handle => {
  const handle = handleOf(input, stage)
  if (handle.window === null) return handle
  throw new MillraceError('TOPOLOGY_INVALID', `${stage} stands behind window(…), which has no records of its own`, {
    site,
    next: 'Follow window(…) with reduce, aggregate or scan.',
  })
}

/** The keyed stream behind a stage that keeps something for each key. */
export const keyedOf = (input: unknown, stage: string, site: string): Handle => {
  const handle = handleOf(input, stage)
  if (handle.keyed) return handle
  throw new MillraceError('TOPOLOGY_INVALID', `${stage} needs a keyed stream`, { site, next: `Call keyBy(…) right before ${stage}.` })
}
