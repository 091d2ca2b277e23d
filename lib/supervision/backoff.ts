/** How long to wait before a restart: twice as long each time, with chance mixed in so that many do not come back at once. */
import { callSite } from '../api/call-site.ts'
import { checkNames, checkNumber } from '../api/option-checks.ts'
import type { Random } from '../env/env.ts'
import type { Backoff } from './strategy.ts'

/**
 * Delays that double from `from` to `to` milliseconds; `jitter` is the share of each, 0 … 1, that is drawn by chance.
 * Unless given: from 100 ms to 10 s, a fifth by chance.
 *
 * @example oneForOne({ backoff: exponential({ from: millis(100), to: seconds(10), jitter: 0.2 }) })
 * @throws OPTION_INVALID for an option that is not known or not fit
 */
export const exponential = (options: Partial<Backoff> = {}): Backoff => {
  const site = callSite()
  checkNames('exponential', options, ['from', 'to', 'jitter'], site)
  return checkedBackoff({ from: 100, to: 10_000, jitter: 0.2, ...options }, site)
}

export const checkedBackoff = (backoff: Backoff, site: string): Backoff => {
  const from = checkNumber('from of the back-off (milliseconds)', backoff.from, { least: 0 }, site)
  const to = checkNumber('to of the back-off (milliseconds)', backoff.to, { least: from }, site)
  return { from, to, jitter: checkNumber('jitter', backoff.jitter, { least: 0, most: 1 }, site) }
}

/** Milliseconds before the `n`th restart in a row, 1 the first. */
export const backoffDelay = ({ from, to, jitter }: Backoff, n: number, random: Random): number => {
  const full = Math.min(to, from * 2 ** (n - 1))
  return full * (1 - jitter + jitter * random.next())
}
