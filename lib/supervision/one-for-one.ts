/** `oneForOne`: what fails is restarted alone, its siblings go on. */
import { callSite } from '../api/call-site.ts'
import { checkFunction, checkNames, checkNumber } from '../api/option-checks.ts'
import { checkedBackoff, exponential } from './backoff.ts'
import { alwaysRestart } from './strategy.ts'
import type { Supervision } from './strategy.ts'

export type SupervisionOptions = Partial<Omit<Supervision, 'strategy'>>

/**
 * A strategy: a failed call is tried again up to `attempts` times (3), then its record goes to the dead letters. Restarts from a snapshot
 * wait by `backoff` (100 ms to 10 s); more than `intensity` (5) of them within `period` milliseconds (a minute) fail the job.
 * `decide` may say 'resume', 'restart', 'stop' or 'escalate' for each failed call; 'restart' unless given.
 *
 * @example map(parse, { supervision: oneForOne({ decide: ({ error }) => (error instanceof SyntaxError ? 'resume' : 'restart') }) })
 * @throws OPTION_INVALID for an option that is not known or not fit
 */
export const oneForOne = (options: SupervisionOptions = {}): Supervision => {
  const site = callSite()
  checkNames('oneForOne', options, ['intensity', 'period', 'backoff', 'attempts', 'decide'], site)
  const { intensity = 5, period = 60_000, backoff = exponential(), attempts = 3, decide = alwaysRestart } = options
  checkNumber('intensity', intensity, { least: 0, whole: true }, site)
  checkNumber('period (milliseconds)', period, { least: 1 }, site)
  checkNumber('attempts', attempts, { least: 1, whole: true }, site)
  checkNames('backoff', backoff, ['from', 'to', 'jitter'], site)
  checkFunction('decide', decide, site)
  return { strategy: 'oneForOne', intensity, period, backoff: checkedBackoff(backoff, site), attempts, decide }
}
