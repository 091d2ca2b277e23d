/** W6's shape, and how many results its windows must give. */
import { change, isKept, recordAt } from '../generator.ts'

export const keys = 10_000
/** Milliseconds. */
export const size = 1_000
export const slide = 100

export interface Expected {
  readonly results: number
  /** Of the counts in them. */
  readonly weight: number
}

/** Of the windows that end after `after` and not after `until`, milliseconds since the start. */
export const expectedResults = (rate: number, after: number, until: number): Expected => {
  const panes = Array.from({ length: until / slide }, () => new Uint32Array(keys))
  const records = (until * rate) / 1_000
  for (let index = 0; index < records; index++) {
    const record = change(recordAt(index, keys, 1))
    if (isKept(record)) panes[Math.floor(Math.floor((index * 1_000) / rate) / slide)]![record.key]!++
  }
  let [results, weight] = [0, 0]
  for (let end = after + slide; end <= until; end += slide) {
    const inWindow = panes.slice(Math.max(0, (end - size) / slide), end / slide)
    for (let key = 0; key < keys; key++) {
      const n = inWindow.reduce((sum, pane) => sum + pane[key]!, 0)
      if (n > 0) results++
      weight += n
    }
  }
  return { results, weight }
}
