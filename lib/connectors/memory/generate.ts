/** A source of records computed from their numbers. */
import type { SourceConnector } from '../../api/connector.ts'
import { callSite } from '../../api/call-site.ts'
import { checkFunction, checkNames } from '../../api/option-checks.ts'
import { usingParameters } from '../../api/parameter.ts'
import { isCount, isRate, setting, type Given } from '../options.ts'
import { dueBy, paces } from '../pace.ts'
import { dealSplits, shareOf } from './dealt-splits.ts'

export interface GenerateOptions {
  /** How many records; without it there is no end. */
  readonly count?: Given<number>
  /** Over all instances; the first record falls due after one interval. */
  readonly ratePerSecond?: Given<number>
}

/**
 * `fn(0)`, `fn(1)`, …; at parallelism n record i is in split i mod n. Can be replayed, so `fn` must give the same record for a number.
 * @throws OPTION_INVALID for a count or rate that is not one
 * @example
 * const ticks = source('ticks', generate((i) => ({ id: i, even: i % 2 === 0 }), { count: 1000, ratePerSecond: 100 }))
 */
export const generate = <T>(fn: (index: number) => T, options: GenerateOptions = {}): SourceConnector<T, number> => {
  const site = callSite()
  checkFunction('fn of generate', fn, site)
  checkNames('generate', options, ['count', 'ratePerSecond'], site)
  const count = setting<number>('generate', 'count', options.count ?? Infinity, 'a whole number, 0 or more', isCount)
  const rate = setting<number | null>(
    'generate',
    'ratePerSecond',
    options.ratePerSecond ?? null,
    'a number above 0',
    (n) => n === null || isRate(n),
  )
  const openings = paces()
  const connector: SourceConnector<T, number> = {
    name: 'generate',
    bounded: options.count !== undefined,
    splits: ({ parallelism }) => dealSplits(parallelism),
    open(split, position, context) {
      const { first, step } = shareOf(split)
      const [end, ratePerSecond] = [count(), rate()]
      let next = position ?? first
      const { since, base } = openings.openingOf(split, next, context)
      const due = (): number => {
        if (ratePerSecond === null) return Infinity
        const ofAll = dueBy(context.env.clock.monotonic(), since, ratePerSecond)
        return Math.ceil((ofAll - first) / step) - (next - base) / step
      }
      // One batch is read to its end before the next is asked for, so that mostly one array is enough.
      let indices: number[] = []
      return {
        poll(max) {
          const length = Math.max(0, Math.min(max, due(), Math.ceil((end - next) / step)))
          if (indices.length !== length) indices = Array.from({ length }, () => 0)
          for (let i = 0; i < length; i++, next += step) indices[i] = next
          return { records: indices, position: next, done: next >= end }
        },
        close() {},
      }
    },
    admit: fn as (index: unknown) => T,
  }
  return usingParameters(connector, options.count, options.ratePerSecond)
}
