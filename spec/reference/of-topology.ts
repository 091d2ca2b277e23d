/** What the reference interpreter says of a topology that a module exports, over all that its sources read. */
import type { Topology } from 'millrace'
import type { SourceNode, TopologyNode } from '../../lib/api/node.ts'
import { checkParameters, enterParameters } from '../../lib/api/parameter.ts'
import { topologyNode } from '../../lib/api/topology.ts'
import { realEnv } from '../../lib/env/real.ts'
import { nodesOf } from '../../lib/plan/ids.ts'
import { interpret } from './interpret.ts'

const POLL_MAX = 10_000

export const interpretTopology = async (topology: Topology, parameters: Readonly<Record<string, unknown>>): Promise<ReturnType<typeof interpret>> => {
  const node = withBareSinks(topologyNode(topology)!)
  const before = enterParameters(checkParameters(parameters))
  try {
    const sources: Record<string, readonly unknown[]> = {}
    for (const each of nodesOf(node)) if (each.kind === 'source') sources[(each as SourceNode).id] = await recordsOf(each as SourceNode)
    return interpret(node, { sources })
  } finally {
    enterParameters(before)
  }
}

/** Sinks that take records as they come: how they are written is not what is compared. */
const withBareSinks = (node: TopologyNode): TopologyNode => ({
  ...node,
  flows: node.flows.map((flow) => ({ ...flow, sink: { ...flow.sink, connector: { open: () => ({ write: () => undefined, close: () => undefined }) } } })),
})

/** All that a source reads, before `admit`. */
const recordsOf = async ({ connector }: SourceNode): Promise<unknown[]> => {
  const context = { env: realEnv(), parallelism: 1 }
  const records: unknown[] = []
  for (const split of await connector.splits(context)) {
    const reader = await connector.open(split, null as never, context)
    for (let isDone = false; !isDone; ) {
      const batch = await reader.poll(POLL_MAX)
      for (const record of batch.records) records.push(record)
      isDone = batch.done === true
    }
    await reader.close()
  }
  return records
}
