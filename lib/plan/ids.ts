/** The id of every stage: the user's own, or one derived from the nearest named ancestor, the same each time the module is built. */
import { isBoundary, isStage } from '../api/node.ts'
import type { SinkNode, StageNode, StreamNode, TopologyNode } from '../api/node.ts'

/** Every node reachable from the sinks, inputs before what reads them, each once. */
export const nodesOf = (topology: TopologyNode): StreamNode[] => {
  const order = new Set<StreamNode>()
  const visit = (root: StreamNode): void => {
    const stack: { node: StreamNode; next: number }[] = [{ node: root, next: 0 }]
    while (stack.length > 0) {
      const top = stack[stack.length - 1]!
      const inputs = 'inputs' in top.node ? top.node.inputs : []
      const input = inputs[top.next++]
      if (input === undefined) {
        order.add(top.node)
        stack.pop()
      } else if (!order.has(input)) stack.push({ node: input, next: 0 })
    }
  }
  for (const flow of topology.flows) visit(flow.stream)
  return [...order]
}

export type OperatorNode = StreamNode | SinkNode

/** `lines.map`, `lines.map-2`, …: the ancestor's id, the kind, and a number where it is not the first. */
export const operatorIds = (topology: TopologyNode): Map<OperatorNode, string> => {
  const ids = new Map<OperatorNode, string>()
  const used = new Map<string, number>()
  const derive = (ancestor: string, kind: string): string => {
    const stem = `${ancestor}.${kind}`
    const seen = (used.get(stem) ?? 0) + 1
    used.set(stem, seen)
    return seen === 1 ? stem : `${stem}-${seen}`
  }
  const named = new Map<StreamNode, string>()
  const selectorOf = (node: StreamNode): StageNode | null => (isBoundary(node) ? node.selector : null)
  for (const node of nodesOf(topology)) {
    if (node.kind === 'source' || node.kind === 'side-output') {
      const id = (node as { id: string }).id
      ids.set(node, id)
      named.set(node, id)
      continue
    }
    const inputs = 'inputs' in node ? node.inputs : []
    const ancestor = inputs.map((input) => named.get(input) ?? '').join('+')
    const own = isStage(node) || isBoundary(node) ? node.options.id : undefined
    const id = own ?? derive(ancestor, node.kind)
    ids.set(node, id)
    named.set(node, own ?? ancestor)
    const selector = selectorOf(node)
    if (selector !== null) ids.set(selector, id)
  }
  for (const flow of topology.flows) ids.set(flow.sink, flow.sink.id)
  return ids
}
