/** Splits of a source whose records are numbered: one per instance, record i in split i mod n. */
import type { Split } from '../../api/connector.ts'
import { MillraceError } from '../../errors.ts'

/** Record numbers of a split: `first`, `first + step`, … */
export interface Share {
  readonly first: number
  readonly step: number
}

export const dealSplits = (parallelism: number): Split[] =>
  Array.from({ length: parallelism }, (_, i) => ({ id: `${i}-of-${parallelism}` }))

/** @throws SOURCE_FAILED for a split of another source */
export const shareOf = (split: Split): Share => {
  const [, first, step] = /^(\d+)-of-(\d+)$/.exec(split.id) ?? []
  if (first === undefined || step === undefined) throw new MillraceError('SOURCE_FAILED', `split '${split.id}' is not one of this source`)
  return { first: Number(first), step: Number(step) }
}
