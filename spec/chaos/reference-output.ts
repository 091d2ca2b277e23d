/** What the reference interpreter says a job must write, byte for byte. */
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Topology } from 'millrace'
import type { SourceNode, TopologyNode } from '../../lib/api/node.ts'
import { checkParameters, enterParameters } from '../../lib/api/parameter.ts'
import { topologyNode } from '../../lib/api/topology.ts'
import { realEnv } from '../../lib/env/real.ts'
import { nodesOf } from '../../lib/plan/ids.ts'
import { interpret } from '../reference/interpret.ts'
import type { ChaosJob } from './jobs.ts'

const POLL_MAX = 10_000

export const referenceOutput = async (job: ChaosJob): Promise<Buffer> => {
  const { default: topology } = (await import(pathToFileURL(resolve(job.module)).href)) as { default: Topology }
  const node = withBareSinks(topologyNode(topology)!)
  const before = enterParameters(checkParameters(job.unpaced))
  try {
    const sources: Record<string, readonly unknown[]> = {}
    for (const each of nodesOf(node)) if (each.kind === 'source') sources[(each as SourceNode).id] = await recordsOf(each as SourceNode)
    const { sinks } = interpret(node, { sources })
    const [results] = Object.values(sinks)
    return Buffer.from(job.write(results!.records))
  } finally {
    enterParameters(before)
  }
}

/** Sinks that take records as they come: how they are written is said by the job, not by the connector under test. */
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
