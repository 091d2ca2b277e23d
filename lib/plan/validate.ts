/** What is wrong with a topology, all of it at once, each with the place of its stage; and what is merely doubtful. */
import { isBoundary, isStage } from '../api/node.ts'
import type { SideOutputNode, SinkNode, SourceNode, StreamNode, TopologyNode } from '../api/node.ts'
import type { OrderedNodes } from './order.ts'
import { MillraceError } from '../errors.ts'
import type { ErrorCode } from '../errors.ts'

interface Fault {
  readonly code: ErrorCode
  readonly what: string
  readonly site: string
}

const inputsOf = (node: StreamNode): readonly StreamNode[] => ('inputs' in node ? node.inputs : [])

const isEventTime = (node: StreamNode): boolean => isStage(node) && node.kind === 'eventTime' && node.params.timestampsOnly !== true

/** Nodes that need to know the split of each record: eventTime, and what leads to it without a shuffle between. */
export const mayNeedOrigin = (nodes: readonly StreamNode[]): Set<StreamNode> => {
  const needing = new Set<StreamNode>()
  for (const node of [...nodes].reverse()) {
    if (isEventTime(node)) needing.add(node)
    if (!needing.has(node) || (isBoundary(node) && node.routing !== null)) continue
    for (const input of inputsOf(node)) needing.add(input)
  }
  return needing
}

const isBehindShuffle = (node: StreamNode): boolean =>
  inputsOf(node).some((input) => (isBoundary(input) && input.routing !== null) || isBehindShuffle(input))

export const validate = (
  topology: TopologyNode,
  { nodes, writers, timed, ring }: OrderedNodes,
  ids: ReadonlyMap<object, string>,
  options: { readonly checkpoints: boolean; readonly maxParallelism: number },
): string[] => {
  const faults: Fault[] = []
  const warnings: string[] = []
  const owners = new Map<string, object>()
  const claim = (id: string, owner: object, site: string): void => {
    const other = owners.get(id)
    if (other !== undefined && other !== owner)
      faults.push({ code: 'ID_DUPLICATE', what: `the id '${id}' is used twice, also at ${(other as { site: string }).site}`, site })
    owners.set(id, owner)
  }
  for (const node of ring) faults.push({ code: 'TOPOLOGY_INVALID', what: 'a side output leads back to the stage that writes it', site: node.site })
  for (const node of nodes) {
    if (node.kind === 'source') claim((node as SourceNode).id, node, node.site)
    if (node.kind === 'side-output') {
      const side = node as SideOutputNode
      claim(side.id, node, node.site)
      if (!writers.has(side.id)) faults.push({ code: 'TOPOLOGY_INVALID', what: `no stage writes to the side output '${side.id}'`, site: node.site })
    }
    if (node.kind === 'merge' && !isStage(node)) {
      const some = inputsOf(node).some((input) => timed.has(input))
      if (some && !inputsOf(node).every((input) => timed.has(input)))
        faults.push({ code: 'TOPOLOGY_INVALID', what: 'merge joins a stream with event time and one without', site: node.site })
    }
    if (!isStage(node) && !isBoundary(node)) continue
    if (node.options.id !== undefined) claim(node.options.id, node, node.site)
    const { state } = isStage(node) ? node : (node.selector ?? { state: null })
    if (state !== null && state !== 'split' && node.options.id === undefined && options.checkpoints)
      faults.push({ code: 'ID_MISSING', what: `${node.kind} keeps state and has no id`, site: node.site })
    if (!isStage(node)) continue
    if (isEventTime(node) && isBehindShuffle(node))
      faults.push({
        code: 'TOPOLOGY_INVALID',
        what: 'eventTime stands behind a shuffle, where the splits of its source are mixed; put it before keyBy or partition',
        site: node.site,
      })
    const lateness = node.window?.allowedLateness ?? 0
    if (lateness === 0 && node.window !== null && upstreamLateness(node) > 0)
      warnings.push(`'${ids.get(node)}' (${node.site}) stands behind a window with allowed lateness: its corrections come late and count twice`)
  }
  const sinks = new Set<SinkNode>(topology.flows.map((flow) => flow.sink))
  const targets = new Map<string, SinkNode>()
  for (const sink of sinks) {
    claim(sink.id, sink, sink.site)
    const target = sink.connector.target
    const other = target === undefined ? undefined : targets.get(target)
    if (other !== undefined) faults.push({ code: 'TOPOLOGY_INVALID', what: `sinks '${other.id}' and '${sink.id}' both write ${target}`, site: sink.site })
    if (target !== undefined) targets.set(target, sink)
  }
  if (faults.length > 0) throw asError(topology, faults)
  return warnings
}

const upstreamLateness = (node: StreamNode): number =>
  Math.max(0, ...inputsOf(node).map((input) => Math.max(isStage(input) ? (input.window?.allowedLateness ?? 0) : 0, upstreamLateness(input))))

const asError = (topology: TopologyNode, faults: readonly Fault[]): MillraceError => {
  const [first] = faults as [Fault, ...Fault[]]
  if (faults.length === 1) return new MillraceError(first.code, `topology '${topology.id}': ${first.what}`, { site: first.site })
  const code = faults.every((fault) => fault.code === first.code) ? first.code : 'TOPOLOGY_INVALID'
  const lines = faults.map((fault) => `\n  - ${fault.code === code ? '' : `${fault.code}: `}${fault.what} (at ${fault.site})`)
  return new MillraceError(code, `topology '${topology.id}' (${topology.site}) has ${faults.length} faults:${lines.join('')}`)
}
