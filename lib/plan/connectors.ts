/** The sources and sinks of a topology, as they were given to it. */
import type { SourceNode, TopologyNode } from '../api/node.ts'
import { nodesOf } from './ids.ts'

export const connectorsOf = (topology: TopologyNode): object[] => [
  ...nodesOf(topology).flatMap((origin) => (origin.kind === 'source' ? [(origin as SourceNode).connector] : [])),
  ...topology.flows.map((flow) => flow.sink.connector),
]
