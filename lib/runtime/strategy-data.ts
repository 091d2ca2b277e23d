/** The run's strategy as data, for the slots: all of it but a `decide` of the user's, which no other thread can be given. */
import { MillraceError } from '../errors.ts'
import { alwaysRestart } from '../supervision/strategy.ts'
import type { Supervision } from '../supervision/strategy.ts'

export type StrategyData = Omit<Supervision, 'decide'>

/** @throws OPTION_INVALID for a strategy that decides by a function */
export const strategyData = ({ decide, ...data }: Supervision): StrategyData => {
  if (decide !== alwaysRestart)
    throw new MillraceError('OPTION_INVALID', 'a decide given to run cannot reach the slots', { next: 'Give it to the stages, in the module of the topology: map(fn, { supervision: oneForOne({ decide }) }).' })
  return data
}

export const strategyFrom = (data: StrategyData): Supervision => ({ ...data, decide: alwaysRestart })
