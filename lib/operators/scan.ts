/** `scan`: folds the records of a key, or of a key's window. */
import { callSite } from '../api/call-site.ts'
import { checkFunction } from '../api/option-checks.ts'
import type { StatefulOptions } from '../api/stage-options.ts'
import type { Stage } from '../api/stream.ts'
import { MillraceError, hasCode, placed } from '../errors.ts'
import { copyValue } from '../state/copy.ts'
import { checkedOptions } from './checked-options.ts'
import { groupedStage } from './grouped-stage.ts'
import type { Grouped, KeyOf, Result } from './grouped-stage.ts'
import { keyedFold } from './keyed-fold.ts'
import type { Fold } from './keyed-fold.ts'

/**
 * Folds the records of each key with `fn`, from `seed`: a value, copied for each key, or a function that makes one. `fn` may change its
 * accumulator in place; with `pure: true` it promises not to, and nothing is copied. Emits `{ key, value }` for each record; behind
 * `window(…)` a window's result when it fires.
 *
 * @example from(orders).pipe(keyBy((o) => o.customer), scan((cents, o) => cents + o.cents, 0, { id: 'total' }))
 * @throws OPTION_INVALID for an option that is not known or not fit
 * @throws VALUE_NOT_TRANSFERABLE for a seed that is no plain data
 * @throws TOPOLOGY_INVALID behind a session window, whose parts a fold cannot join
 */
export const scan = <T, A, S extends Grouped<T>>(
  fn: (acc: A, record: T) => A,
  seed: A | (() => A),
  options: StatefulOptions,
): Stage<S & Grouped<T>, Result<S, KeyOf<S>, A>> => {
  const site = callSite()
  checkFunction('the first argument of scan', fn, site)
  const checked = checkedOptions('scan', options, site)
  // The copy of now: what becomes of the caller's object afterwards is no business of a topology, which is a value.
  const given: unknown = typeof seed === 'function' ? seed : copyOfSeed(seed, checked.id, site)
  const start = typeof given === 'function' ? (given as () => unknown) : (): unknown => copyValue(given)
  const untyped = fn as (acc: unknown, record: unknown) => unknown
  const fold: Fold = { fn: untyped, start, inPlace: checked.pure !== true }
  return (input) =>
    groupedStage(input, {
      fold: { kind: 'scan', fn: untyped, seed: given },
      params: { fn, seed: given },
      layout: 'scan',
      options: checked,
      site,
      checkWindow: ({ assigner }) => {
        if (assigner.kind !== 'session') return
        throw new MillraceError('TOPOLOGY_INVALID', 'scan stands behind a session window, and two folds cannot be merged', {
          operatorId: checked.id,
          site,
          next: 'Use reduce, or aggregate with an aggregator that can merge.',
        })
      },
      createKeyed: (context) => keyedFold(fold, context),
    })
}

const copyOfSeed = (seed: unknown, id: string | undefined, site: string): unknown => {
  try {
    return copyValue(seed)
  } catch (error) {
    throw hasCode(error) ? placed(error, id ?? 'scan', site) : error
  }
}
