/** `isolate`: cuts the chain. */
import { callSite } from '../api/call-site.ts'
import type { StageOptions } from '../api/stage-options.ts'
import { dataStream } from '../api/stream.ts'
import type { AnyStream, DataStream } from '../api/stream.ts'
import { boundaryNode } from './boundary-node.ts'
import { checkedOptions } from './checked-options.ts'

/**
 * Gives the stages behind it an actor, and so a mailbox, of their own instead of fusing them with those before.
 *
 * @example from(orders).pipe(map(parse), isolate(), map(score))
 * @throws OPTION_INVALID for an option that is not known or not fit
 */
export const isolate = (options?: StageOptions): (<T>(input: AnyStream<T>) => DataStream<T>) => {
  const site = callSite()
  const checked = checkedOptions('isolate', options, site)
  return (input) => dataStream(boundaryNode(input, site, { kind: 'isolate', routing: null, options: checked }))
}
