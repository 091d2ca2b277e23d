/** `reduce`: joins the records of a key, or of a key's window, two by two. */
import { callSite } from '../api/call-site.ts'
import { checkFunction } from '../api/option-checks.ts'
import type { StatefulOptions } from '../api/stage-options.ts'
import type { Stage } from '../api/stream.ts'
import { checkedOptions } from './checked-options.ts'
import { groupedStage } from './grouped-stage.ts'
import type { Grouped, KeyOf, Result } from './grouped-stage.ts'
import { keyedFold } from './keyed-fold.ts'

/**
 * Joins the records of each key: `fn` gets what it returned last (at first the key's first record) and the next record, and changes
 * neither. Emits `{ key, value }` for each record; behind `window(…)` a window's result when it fires.
 *
 * @example from(readings).pipe(keyBy((r) => r.station), reduce((a, b) => (a.celsius > b.celsius ? a : b), { id: 'warmest' }))
 * @throws OPTION_INVALID for an option that is not known or not fit
 */
export const reduce = <T, S extends Grouped<T>>(
  fn: (a: T, b: T) => T,
  options: StatefulOptions,
): Stage<S & Grouped<T>, Result<S, KeyOf<S>, T>> => {
  const site = callSite()
  checkFunction('the first argument of reduce', fn, site)
  const checked = checkedOptions('reduce', options, site)
  const untyped = fn as (a: unknown, b: unknown) => unknown
  return (input) =>
    groupedStage(input, {
      fold: { kind: 'reduce', fn: untyped },
      params: { fn },
      layout: 'reduce',
      options: checked,
      site,
      createKeyed: (context) => keyedFold({ fn: untyped, start: null, inPlace: false }, context),
    })
}
