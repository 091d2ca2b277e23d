/** A stored checkpoint as the actors read it; whether it fits the plan; and what the job itself keeps in it. */
import type { CheckpointData, CheckpointFacts } from '../checkpoint/store.ts'
import { MillraceError } from '../errors.ts'
import { operatorSite } from '../plan/operator-site.ts'
import { statefulParts } from '../plan/plan.ts'
import type { Plan } from '../plan/plan.ts'
import type { RestoredState } from './actor-core.ts'
import { NO_COUNTERS, addCounters } from './actor-host.ts'
import type { JobCounters } from './job-handle.ts'

const RECORD_VERSION = 1

/** What the job keeps beside its actors' state. */
export interface JobRecord {
  readonly version: 1
  /** By region. */
  readonly counters: readonly JobCounters[]
  /** Actors that their supervisor had stopped. */
  readonly stopped: readonly string[]
  readonly elapsed: number
}

export const jobRecordOf = (data: CheckpointFacts): JobRecord => data.summary as JobRecord

export const countersOf = (data: CheckpointFacts): JobCounters => jobRecordOf(data).counters.reduce(addCounters, NO_COUNTERS)

export const restoredState = (data: CheckpointData): RestoredState => {
  const chunks = new Map<string, { instance: number; bytes: Uint8Array }[]>()
  for (const { name, bytes } of data.chunks) {
    const cut = name.lastIndexOf('/')
    const id = name.slice(0, cut)
    const list = chunks.get(id) ?? []
    list.push({ instance: Number(name.slice(cut + 1)), bytes })
    chunks.set(id, list)
  }
  for (const list of chunks.values()) list.sort((a, b) => a.instance - b.instance)
  const parallelism = new Map(data.operators.map((operator) => [operator.id, operator.parallelism]))
  const stopped = new Set(jobRecordOf(data).stopped)
  return {
    chunksOf: (id) => chunks.get(id) ?? [],
    isSame: ({ id, state }, now) => (parallelism.get(id) ?? 1) === now && state !== 'split',
    isStopped: (actor) => stopped.has(actor),
  }
}

/** @throws SNAPSHOT_INCOMPATIBLE, naming every stage that differs */
export const checkFits = (data: CheckpointData, plan: Plan): void => {
  const { version } = data.summary as { readonly version: unknown }
  if (version !== RECORD_VERSION)
    throw new MillraceError('SNAPSHOT_INCOMPATIBLE', `checkpoint ${data.run}-${data.checkpoint}: version ${String(version)} of its counters is not known`, {
      next: 'Use the version of Millrace that wrote it.',
    })
  const faults: string[] = []
  const now = new Map(statefulParts(plan).map((part) => [part.id, part]))
  const then = new Map(data.operators.map((part) => [part.id, part]))
  if (data.topology.maxParallelism !== plan.maxParallelism)
    faults.push(`maxParallelism was ${data.topology.maxParallelism} and is ${plan.maxParallelism}: it is fixed for the life of the state`)
  const gone = [...then.values()].filter((part) => !now.has(part.id))
  const added = [...now.values()].filter((part) => !then.has(part.id))
  for (const part of gone) faults.push(`'${part.id}' (${part.kind}) is in the snapshot and no longer in the topology`)
  for (const part of now.values()) {
    const stored = then.get(part.id)
    if (stored === undefined) faults.push(`'${part.id}' (${part.kind} at ${operatorSite(plan, part.id)}) is in the topology and not in the snapshot`)
    else if (stored.kind !== part.kind || stored.state !== part.state) faults.push(`'${part.id}' was ${stored.kind} and is ${part.kind}`)
    else if (stored.schema !== part.schema) faults.push(`'${part.id}' was '${stored.schema}' and is '${part.schema}'`)
    else if (part.state === 'stage' && stored.parallelism !== part.parallelism)
      faults.push(`'${part.id}' had ${stored.parallelism} instances with a state each and has ${part.parallelism}`)
  }
  if (faults.length === 0) return
  const [before] = gone
  const [renamed] = added
  const isRename = gone.length === 1 && added.length === 1 && before?.kind === renamed?.kind
  throw new MillraceError('SNAPSHOT_INCOMPATIBLE', `checkpoint ${data.run}-${data.checkpoint} of '${data.topology.id}' does not fit:\n  - ${faults.join('\n  - ')}`, {
    next: isRename ? `Give '${renamed?.id}' its former id '${before?.id}', or start anew: restore: 'none', on the command line --restore none.` : undefined,
  })
}
