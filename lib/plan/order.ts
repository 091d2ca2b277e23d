/** Nodes in the order in which they can be placed: after their inputs, and after the stages that write to the side output they read. */
import { isStage } from '../api/node.ts'
import type { SideOutputNode, StageNode, StreamNode } from '../api/node.ts'

const isEventTime = (node: StreamNode): boolean => isStage(node) && node.kind === 'eventTime' && node.params.timestampsOnly !== true

export interface OrderedNodes {
  readonly nodes: readonly StreamNode[]
  /** Stages that write to a side output, by its id. */
  readonly writers: ReadonlyMap<string, readonly StageNode[]>
  /** Nodes whose records have event time and whose stream has watermarks. */
  readonly timed: ReadonlySet<StreamNode>
  /** Nodes that wait for each other in a ring. */
  readonly ring: readonly StreamNode[]
}

export const orderNodes = (nodes: readonly StreamNode[]): OrderedNodes => {
  const writers = new Map<string, StageNode[]>()
  for (const node of nodes.filter(isStage))
    for (const side of node.sides) writers.set(side.id, [...(writers.get(side.id) ?? []), node])
  const before = (node: StreamNode): readonly StreamNode[] =>
    node.kind === 'side-output' ? (writers.get((node as SideOutputNode).id) ?? []) : 'inputs' in node ? node.inputs : []
  const placed = new Set<StreamNode>()
  const timed = new Set<StreamNode>()
  let waiting = [...nodes]
  while (waiting.length > 0) {
    const rest = waiting.filter((node) => {
      const inputs = before(node)
      if (!inputs.every((input) => placed.has(input))) return true
      placed.add(node)
      if (isEventTime(node) || inputs.some((input) => timed.has(input))) timed.add(node)
      return false
    })
    if (rest.length === waiting.length) break
    waiting = rest
  }
  return { nodes: [...placed], writers, timed, ring: nodes.filter((node) => !placed.has(node)) }
}
