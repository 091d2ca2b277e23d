/** What the reference interpreter says a job must write, byte for byte. */
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Topology } from 'millrace'
import { interpretTopology } from '../reference/of-topology.ts'
import type { ChaosJob } from './jobs.ts'

export const referenceOutput = async (job: ChaosJob): Promise<Buffer> => {
  const { default: topology } = (await import(pathToFileURL(resolve(job.module)).href)) as { default: Topology }
  const { sinks } = await interpretTopology(topology, job.unpaced)
  const [results] = Object.values(sinks)
  return Buffer.from(job.write(results!.records))
}
