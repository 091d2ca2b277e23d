/** `broadcast`: every instance gets every record. */
import { callSite } from '../api/call-site.ts'
import type { StageOptions } from '../api/stage-options.ts'
import { dataStream } from '../api/stream.ts'
import type { AnyStream, DataStream } from '../api/stream.ts'
import { boundaryNode } from './boundary-node.ts'
import { checkedOptions } from './checked-options.ts'

/**
 * Sends each record to every instance of the next stage.
 *
 * @example from(rules).pipe(broadcast(), map(compile, { parallelism: 4 }))
 * @throws OPTION_INVALID for an option that is not known or not fit
 */
export const broadcast = (options?: StageOptions): (<T>(input: AnyStream<T>) => DataStream<T>) => {
  const site = callSite()
  const checked = checkedOptions('broadcast', options, site)
  return (input) => dataStream(boundaryNode(input, site, { kind: 'broadcast', routing: 'broadcast', options: checked }))
}
