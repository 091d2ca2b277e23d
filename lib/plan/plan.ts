/** What a topology comes to at one parallelism: vertices (chains of fused stages), the edges between them, and regions. Pure data. */
import type { SinkNode, SourceNode, StateScope, TopologyNode } from '../api/node.ts'
import type { Instants } from '../time/instants.ts'
import type { Operator, OperatorContext } from '../operators/operator.ts'
import type { Supervision } from '../supervision/strategy.ts'

/** One stage of a chain. */
export interface PlanStep {
  readonly id: string
  readonly kind: string
  readonly name: string
  readonly site: string
  readonly schema: string
  readonly state: StateScope | null
  readonly supervision: Supervision | null
  readonly pure: boolean
  /** Whether an eventTime stage stands upstream. */
  readonly eventTime: boolean
  /** Where late records go: a side output that somebody reads, or null for the dead letters. */
  readonly lateTo: string | null
  /** The moments at which later stages look at the watermark that leaves this one. */
  readonly instants: Instants
  /** Has an actor of its own, and may wait. */
  readonly isApart: boolean
  /** A bad row is the end of the job. */
  readonly failsOnBadRow: boolean
  create(context: OperatorContext): Operator
}

/**
 * How records of an edge find their receiver: 'forward' instance to same instance; 'gather' all to the one; 'origin' by split, so that
 * the order within a split is kept; 'spread' evenly; 'key' by key group; 'route' where the partitioner said; 'broadcast' to all.
 */
export type EdgeRouting = 'forward' | 'gather' | 'origin' | 'spread' | 'key' | 'route' | 'broadcast'

export interface PlanEdge {
  readonly from: PlanVertex
  readonly to: PlanVertex
  /** '' the main output; '#dead' dead letters; else the id of a side output. */
  readonly port: string
  readonly routing: EdgeRouting
  /** Batches hold records of one split and say which: an eventTime stage stands downstream. */
  readonly carriesOrigins: boolean
}

export interface PlanVertex {
  /** Id of its first stage, source or sink. */
  readonly id: string
  readonly index: number
  readonly parallelism: number
  readonly source: SourceNode | null
  readonly steps: readonly PlanStep[]
  readonly sink: SinkNode | null
  readonly outputs: readonly PlanEdge[]
  readonly inputs: readonly PlanEdge[]
  /** Connected component: what restarts together. */
  readonly region: number
  /** The sink of its region's dead letters. */
  readonly isDeadLetters: boolean
}

export interface Plan {
  readonly topology: TopologyNode
  readonly parallelism: number
  readonly maxParallelism: number
  readonly vertices: readonly PlanVertex[]
  readonly regions: number
  /** Ids, kinds, settings and wiring, whatever the parallelism. */
  readonly fingerprint: string
  readonly warnings: readonly string[]
  readonly ids: ReadonlyMap<object, string>
}

export const DEAD_PORT = '#dead'

/** Stages of a plan that keep state, with what must be equal for it to be found again. */
export interface StatefulPart {
  readonly id: string
  readonly kind: string
  readonly schema: string
  readonly state: StateScope | 'source' | 'sink'
  readonly parallelism: number
}

export const statefulParts = (plan: Plan): StatefulPart[] => {
  const parts: StatefulPart[] = []
  for (const vertex of plan.vertices) {
    if (vertex.isDeadLetters) continue
    const parallelism = vertex.parallelism
    if (vertex.source !== null) parts.push({ id: vertex.source.id, kind: 'source', schema: '', state: 'source', parallelism })
    for (const step of vertex.steps)
      if (step.state !== null) parts.push({ id: step.id, kind: step.kind, schema: step.schema, state: step.state, parallelism })
    if (vertex.sink !== null) parts.push({ id: vertex.sink.id, kind: 'sink', schema: '', state: 'sink', parallelism })
  }
  return parts
}
