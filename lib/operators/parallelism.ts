/** `parallelism`: sets how many instances the next stages have. */
import { callSite } from '../api/call-site.ts'
import { dataStream } from '../api/stream.ts'
import type { AnyStream, DataStream } from '../api/stream.ts'
import { boundaryNode } from './boundary-node.ts'
import { checkParallelism } from './checked-options.ts'

/**
 * The stages behind it run as `n` instances, whatever the job's parallelism.
 *
 * @example from(orders).pipe(parallelism(4), map(score))
 * @throws OPTION_INVALID for an `n` that is not a whole number of at least 1
 */
export const parallelism = (n: number): (<T>(input: AnyStream<T>) => DataStream<T>) => {
  const site = callSite()
  const options = { parallelism: checkParallelism('parallelism(n)', n, site) }
  return (input) => dataStream(boundaryNode(input, site, { kind: 'parallelism', routing: null, options }))
}
