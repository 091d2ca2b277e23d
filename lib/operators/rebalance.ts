/** `rebalance`: spreads records evenly. */
import { callSite } from '../api/call-site.ts'
import type { StageOptions } from '../api/stage-options.ts'
import { dataStream } from '../api/stream.ts'
import type { AnyStream, DataStream } from '../api/stream.ts'
import { boundaryNode } from './boundary-node.ts'
import { checkedOptions } from './checked-options.ts'

/**
 * Deals records out to the instances of the next stage in turn, whatever they hold.
 *
 * @example from(lines).pipe(rebalance(), map(parse, { parallelism: 4 }))
 * @throws OPTION_INVALID for an option that is not known or not fit
 */
export const rebalance = (options?: StageOptions): (<T>(input: AnyStream<T>) => DataStream<T>) => {
  const site = callSite()
  const checked = checkedOptions('rebalance', options, site)
  return (input) => dataStream(boundaryNode(input, site, { kind: 'rebalance', routing: 'rebalance', options: checked }))
}
