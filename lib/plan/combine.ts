/**
 * Divides windowed aggregates at the shuffle before them: each sender adds records up by key and pane and sends parts, which the receivers
 * merge. The outcome is the same to the bit, so it is done wherever a stage says that it may be divided, but for these:
 *
 * - without event time: what belongs together is then decided by the clock at the receiver;
 * - behind an `eventTime` with `idleAfter`: receivers may be ahead of a sender that was idle, and would find a part late that holds
 *   records of which each would have been late by itself;
 * - where the keyed stream has other readers, which want the records;
 * - where a supervisor's own `decide` may stop the receiver: the records that come after that are owed to the dead letters.
 */
import { isStage } from '../api/node.ts'
import type { StageNode, StreamNode } from '../api/node.ts'
import { mayStop } from '../supervision/strategy.ts'
import type { Supervision } from '../supervision/strategy.ts'
import { Instants } from '../time/instants.ts'
import type { PlanEdge, PlanStep } from './plan.ts'

interface Placed {
  readonly steps: PlanStep[]
  readonly inputs: readonly PlanEdge[]
}

export interface CombineOptions {
  readonly nodeOf: ReadonlyMap<PlanStep, StageNode>
  /** Stages whose input may be idle for a while. */
  readonly mayIdle: ReadonlySet<StreamNode>
  /** Of the run. */
  readonly supervision: Supervision | null
}

/** Nodes behind an `eventTime` that leaves idle splits out. `before`: what a node reads. */
export const idling = (nodes: readonly StreamNode[], before: (node: StreamNode) => readonly StreamNode[]): Set<StreamNode> => {
  const found = new Set<StreamNode>()
  for (const node of nodes)
    if ((isStage(node) && typeof node.params.idleAfter === 'number') || before(node).some((input) => found.has(input))) found.add(node)
  return found
}

export const combineBeforeShuffles = (vertices: readonly Placed[], { nodeOf, mayIdle, supervision }: CombineOptions): void => {
  for (const { steps, inputs } of vertices) {
    const [fold] = steps
    const [edge] = inputs
    const node = fold === undefined ? undefined : nodeOf.get(fold)
    if (fold === undefined || edge === undefined || !node?.halves || inputs.length > 1 || edge.routing !== 'key') continue
    const isAlone = edge.from.outputs.filter(({ port }) => port === '').length === 1
    if (!fold.eventTime || !isAlone || mayIdle.has(node) || steps.some((step) => mayStop(step.supervision ?? supervision))) continue
    const { combine, merge } = node.halves
    ;(edge.from.steps as PlanStep[]).push({ ...fold, kind: 'combine', name: 'combine', schema: '', state: null, lateTo: null, instants: Instants.none, create: combine })
    ;(fold as { create: PlanStep['create'] }).create = merge
  }
}
