/** `take`: the first records. */
import { callSite } from '../api/call-site.ts'
import { checkNumber } from '../api/option-checks.ts'
import type { StageOptions } from '../api/stage-options.ts'
import { dataStream } from '../api/stream.ts'
import type { AnyStream, DataStream } from '../api/stream.ts'
import { checkedOptions } from './checked-options.ts'
import { countedNode } from './counted.ts'

/**
 * The first `n` records, then the stream completes; directly behind `keyBy` the first `n` of each key, and it does not.
 * It is one instance unless `parallelism` is given (then `n` of each), and needs an `id` once checkpoints are on.
 *
 * @example from(lines).pipe(take(10, { id: 'first-ten' }))
 * @throws OPTION_INVALID for an `n` that is not a whole number of at least 0
 */
export const take = (n: number, options?: StageOptions): (<T>(input: AnyStream<T>) => DataStream<T>) => {
  const site = callSite()
  checkNumber('n of take', n, { least: 0, whole: true }, site)
  const checked = checkedOptions('take', options, site)
  return (input) => dataStream(countedNode(input, { kind: 'take', n, options: checked, site }))
}
