/** Where aligned windows begin, also before 1970. All times are epoch milliseconds. */
import { MillraceError } from '../errors.ts'

/** The last start at or before `time`; starts are `step` apart, one of them at `offset`. */
export const startAt = (time: number, step: number, offset: number): number => {
  const rest = (time - offset) % step
  // + 0 makes 0 of −0.
  return time - (rest < 0 ? rest + step : rest) + 0
}

/** The offset that means the same and lies in 0 … step − 1, so that no precision is lost to a large one. */
export const offsetWithin = (offset: number, step: number): number => startAt(offset, step, 0) === offset ? 0 : offset - startAt(offset, step, 0)

export const commonDivisor = (a: number, b: number): number => (b === 0 ? a : commonDivisor(b, a % b))

/** @throws TIMESTAMP_INVALID for what is no time, or beyond the whole numbers that a double can hold */
export const checkTime = (time: number): void => {
  if (Math.abs(time) <= Number.MAX_SAFE_INTEGER) return
  throw new MillraceError('TIMESTAMP_INVALID', `the time of a record that goes into a window is ${time}`)
}
