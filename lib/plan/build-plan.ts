/** Topology → plan: stages find their vertex (fused with their neighbour where they are joined one to one), vertices their edges and region. */
import { isBoundary, isStage } from '../api/node.ts'
import type { BoundaryNode, SideOutputNode, SinkNode, SourceNode, StageNode, StreamNode, TopologyNode } from '../api/node.ts'

import type { RowOperator } from '../operators/operator.ts'
import type { Supervision } from '../supervision/strategy.ts'
import { Instants } from '../time/instants.ts'
import { combineBeforeShuffles, idling } from './combine.ts'
import { fingerprintOf } from './fingerprint.ts'
import { nodesOf, operatorIds } from './ids.ts'
import { setInstants } from './instants.ts'
import { orderNodes } from './order.ts'
import type { EdgeRouting, Plan, PlanEdge, PlanStep, PlanVertex } from './plan.ts'
import { DEAD_PORT } from './plan.ts'
import { mayNeedOrigin, validate } from './validate.ts'

export interface PlanOptions {
  readonly parallelism: number
  readonly maxParallelism: number
  readonly checkpoints: boolean
  /** Whether senders combine records where they may. */
  readonly combine: boolean
  /** Of the run; null: the default. */
  readonly supervision: Supervision | null
}

type Building<T> = { -readonly [F in keyof T]: T[F] extends readonly (infer E)[] ? E[] : T[F] }
type Vertex = Building<PlanVertex>

interface Endpoint {
  readonly vertex: Vertex
  readonly port: string
  readonly routing: BoundaryNode['routing']
}

/** A method of a connector, as a stage. */
const callStep = (id: string, kind: string, site: string, connector: object, method: 'admit' | 'format', failsOnBadRow: boolean): PlanStep => ({
  id,
  kind,
  name: kind,
  site,
  schema: '',
  state: null,
  supervision: null,
  pure: true,
  eventTime: false,
  lateTo: null,
  instants: Instants.none,
  isApart: false,
  failsOnBadRow,
  create: (): RowOperator => {
    const called = (connector as Record<typeof method, (record: unknown) => unknown>)[method].bind(connector)
    return { shape: 'one', apply: (record) => called(record), code: ({ call }) => `v = ${call(called)};` }
  },
})

/** @throws TOPOLOGY_INVALID, ID_MISSING, ID_DUPLICATE, all faults at once, each with the place of its stage */
export const buildPlan = (topology: TopologyNode, options: PlanOptions): Plan => {
  const ids = operatorIds(topology)
  const ordered = orderNodes(nodesOf(topology))
  const warnings = validate(topology, ordered, ids, options)
  const { nodes, writers, timed } = ordered
  const consumers = countConsumers(topology, nodes)
  const readSides = new Set(nodes.filter((node) => node.kind === 'side-output').map((node) => (node as SideOutputNode).id))
  const needsOrigin = mayNeedOrigin(nodes)
  const vertices: Vertex[] = []
  const vertexOf = new Map<StreamNode, Vertex>()
  const parallelismOf = new Map<StreamNode, number>()
  const nodeOf = new Map<PlanStep, StageNode>()

  const addVertex = (id: string, parallelism: number): Vertex => {
    const vertex: Vertex = {
      id,
      index: vertices.length,
      parallelism,
      source: null,
      steps: [],
      sink: null,
      outputs: [],
      inputs: [],
      region: -1,
      isDeadLetters: false,
    }
    vertices.push(vertex)
    return vertex
  }

  const connect = (from: Vertex, to: Vertex, port: string, routing: EdgeRouting, carriesOrigins: boolean): void => {
    const edge: PlanEdge = { from, to, port, routing, carriesOrigins }
    from.outputs.push(edge)
    to.inputs.push(edge)
  }

  const endpointsOf = (node: StreamNode): Endpoint[] => {
    if (node.kind === 'side-output')
      return (writers.get((node as SideOutputNode).id) ?? []).map((stage) => ({
        vertex: vertexOf.get(stage)!,
        port: (node as SideOutputNode).id,
        routing: null,
      }))
    if (node.kind === 'merge' && !isStage(node)) return (node as { inputs: readonly StreamNode[] }).inputs.flatMap(endpointsOf)
    if (isBoundary(node)) {
      const inner = node.selector === null ? endpointsOf(node.inputs[0]) : [{ vertex: vertexOf.get(node.selector)!, port: '', routing: null }]
      return inner.map((end) => ({ ...end, routing: node.routing ?? end.routing }))
    }
    return [{ vertex: vertexOf.get(node)!, port: '', routing: null }]
  }

  const wire = (input: StreamNode, to: Vertex, wantsOrigins: boolean): void => {
    for (const end of endpointsOf(input)) {
      const carries = wantsOrigins && end.routing === null
      const same = end.vertex.parallelism === to.parallelism
      const routing: EdgeRouting =
        end.routing === 'rebalance'
          ? 'spread'
          : (end.routing ?? (to.parallelism === 1 ? (same ? 'forward' : 'gather') : same ? 'forward' : carries ? 'origin' : 'spread'))
      connect(end.vertex, to, end.port, routing, carries)
    }
  }

  const stepOf = (node: StageNode): PlanStep => {
    const late = node.window?.lateTo?.id ?? null
    const step: PlanStep = {
      id: ids.get(node)!,
      kind: node.kind,
      name: node.options.name ?? node.kind,
      site: node.site,
      schema: node.schema,
      state: node.state,
      supervision: node.options.supervision ?? null,
      pure: node.options.pure === true,
      eventTime: timed.has(node),
      lateTo: late !== null && readSides.has(late) ? late : null,
      instants: Instants.none,
      isApart: node.isApart === true,
      failsOnBadRow: false,
      create: (context) => node.create(context),
    }
    nodeOf.set(step, node)
    return step
  }

  const inheritedParallelism = (node: StreamNode): number => {
    if (node.kind === 'side-output') {
      const all = (writers.get((node as SideOutputNode).id) ?? []).map((stage) => parallelismOf.get(stage)!)
      return all.length === 0 ? 1 : Math.max(...all)
    }
    return parallelismOf.get(node) ?? 1
  }

  const placeStage = (node: StageNode, parallelism: number): void => {
    const input = node.inputs[0]
    // Where there is one instance before `keyBy` and one behind it, all records of a key are together as it is.
    const joinedTo = isBoundary(input) && input.routing === 'key' && parallelism === 1 ? input.selector : isBoundary(input) ? null : input
    const before = joinedTo === null ? undefined : vertexOf.get(joinedTo)
    const isApart = node.isApart === true || before?.steps.some((step) => step.isApart) === true
    const fuses = before !== undefined && !isApart && consumers.get(input) === 1 && before.parallelism === parallelism
    const vertex = fuses ? before : addVertex(ids.get(node)!, parallelism)
    vertex.steps.push(stepOf(node))
    vertexOf.set(node, vertex)
    parallelismOf.set(node, parallelism)
    if (!fuses) wire(input, vertex, needsOrigin.has(node))
  }

  for (const node of nodes) {
    if (isStage(node)) {
      placeStage(node, node.options.parallelism ?? (node.state === 'stage' ? 1 : inheritedParallelism(node.inputs[0])))
    } else if (isBoundary(node)) {
      const upstream = inheritedParallelism(node.inputs[0])
      if (node.selector !== null) placeStage(node.selector, node.selector.state === 'stage' ? 1 : upstream)
      parallelismOf.set(node, node.options.parallelism ?? (node.routing === null ? upstream : options.parallelism))
    } else if (node.kind === 'source') {
      const source = node as SourceNode
      const vertex = addVertex(source.id, source.options.parallelism ?? options.parallelism)
      vertex.source = source
      const { connector } = source
      if (connector.admit !== undefined)
        vertex.steps.push(callStep(source.id, 'source', source.site, connector, 'admit', connector.badRow === 'fail'))
      vertexOf.set(node, vertex)
      parallelismOf.set(node, vertex.parallelism)
    } else if (node.kind === 'merge') {
      parallelismOf.set(node, Math.max(...(node as { inputs: readonly StreamNode[] }).inputs.map(inheritedParallelism)))
    }
  }

  const sinkVertices = new Map<SinkNode, Vertex>()
  for (const flow of topology.flows) {
    let vertex = sinkVertices.get(flow.sink)
    if (vertex === undefined) {
      vertex = addVertex(flow.sink.id, flow.sink.options.parallelism ?? 1)
      vertex.sink = flow.sink
      const { connector } = flow.sink
      if (connector.format !== undefined) {
        vertex.steps.push(callStep(flow.sink.id, 'sink', flow.sink.site, connector, 'format', false))
      }
      sinkVertices.set(flow.sink, vertex)
    }
    wire(flow.stream, vertex, false)
  }
  const regions = markRegions(vertices)
  for (let region = 0; region < regions; region++) {
    // A sink that formats nothing calls no function of the user's, and cannot fail for one record.
    const senders = vertices.filter((vertex) => vertex.region === region && (vertex.sink === null || vertex.steps.length > 0))
    const dead = addVertex(regions === 1 ? '#dead-letters' : `#dead-letters-${region}`, 1)
    dead.isDeadLetters = true
    dead.region = region
    for (const sender of senders) connect(sender, dead, DEAD_PORT, sender.parallelism === 1 ? 'forward' : 'gather', false)
  }
  const before = (node: StreamNode): readonly StreamNode[] =>
    node.kind === 'side-output' ? (writers.get((node as SideOutputNode).id) ?? []) : 'inputs' in node ? node.inputs : []
  if (options.combine) combineBeforeShuffles(vertices, { nodeOf, mayIdle: idling(nodes, before), supervision: options.supervision })
  setInstants(vertices, (step) => nodeOf.get(step)?.instants ?? Instants.none)
  return {
    topology,
    parallelism: options.parallelism,
    maxParallelism: options.maxParallelism,
    vertices,
    regions,
    fingerprint: fingerprintOf(topology, nodes, ids),
    warnings,
    ids,
  }
}

const countConsumers = (topology: TopologyNode, nodes: readonly StreamNode[]): Map<StreamNode, number> => {
  const counts = new Map<StreamNode, number>()
  const count = (node: StreamNode): void => void counts.set(node, (counts.get(node) ?? 0) + 1)
  for (const node of nodes) if ('inputs' in node) node.inputs.forEach(count)
  for (const flow of topology.flows) count(flow.stream)
  return counts
}

const markRegions = (vertices: Vertex[]): number => {
  let regions = 0
  for (const start of vertices) {
    if (start.region >= 0) continue
    const region = regions++
    const pending: PlanVertex[] = [start]
    while (pending.length > 0) {
      const vertex = pending.pop() as Vertex
      if (vertex.region >= 0) continue
      vertex.region = region
      for (const edge of vertex.outputs) pending.push(edge.to)
      for (const edge of vertex.inputs) pending.push(edge.from)
    }
  }
  return regions
}

