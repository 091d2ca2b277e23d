/** Sources, sinks, side outputs and the topology that joins them: values, nothing happens when they are made. */
import { MillraceError } from '../errors.ts'
import { callSite } from './call-site.ts'
import type { SinkConnector, SourceConnector } from './connector.ts'
import type { MergeNode, SideOutputNode, SinkNode, SourceNode, StreamNode, TopologyNode } from './node.ts'
import { dataStream, flowNodeOf, handleOf, isStream, registerSink } from './stream.ts'
import type { AnyStream, DataStream, Flow, SideOutput, SinkRef, SourceRef } from './stream.ts'

export interface Topology {
  readonly id: string
}

const origins = new WeakMap<object, SourceNode | SideOutputNode>()
const topologies = new WeakMap<object, TopologyNode>()

const idPattern = /^[A-Za-z0-9_-]{1,64}$/
export const isId = (id: unknown): id is string => typeof id === 'string' && idPattern.test(id)

const checkId = (what: string, id: unknown, site: string): string => {
  if (isId(id)) return id
  throw new MillraceError('TOPOLOGY_INVALID', `the id of a ${what} must match [A-Za-z0-9_-]{1,64}, not ${JSON.stringify(id) ?? typeof id}`, { site })
}

/**
 * Where records come from. `parallelism`: instances that read its splits.
 *
 * @example const lines = source('lines', readLines('input.txt'))
 * @throws TOPOLOGY_INVALID for an id that does not match
 */
export const source = <T>(id: string, connector: SourceConnector<T>, options: { readonly parallelism?: number } = {}): SourceRef<T> => {
  const site = callSite()
  const node: SourceNode = { kind: 'source', id: checkId('source', id, site), connector, options, site }
  const ref = { id } as SourceRef<T>
  origins.set(ref, node)
  return ref
}

/**
 * Where records go. It runs as one instance unless `parallelism` says otherwise.
 *
 * @example const totals = sink('totals', writeCsv('totals.csv'))
 * @throws TOPOLOGY_INVALID for an id that does not match
 */
export const sink = <T>(id: string, connector: SinkConnector<T>, options: { readonly parallelism?: number } = {}): SinkRef<T> => {
  const site = callSite()
  const ref = { id } as SinkRef<T>
  registerSink(ref, { kind: 'sink', id: checkId('sink', id, site), connector, options, site } satisfies SinkNode)
  return ref
}

/**
 * A second way out of a stage: late records, for one. Read it by `from(late)`.
 *
 * @example const late = sideOutput<Reading>('late')
 * @throws TOPOLOGY_INVALID for an id that does not match
 */
export const sideOutput = <T>(id: string): SideOutput<T> => {
  const site = callSite()
  const ref = { id } as SideOutput<T>
  origins.set(ref, { kind: 'side-output', id: checkId('side output', id, site), site })
  return ref
}

export const sideOutputNode = (ref: unknown): SideOutputNode | null => {
  const node = typeof ref === 'object' && ref !== null ? origins.get(ref) : undefined
  return node?.kind === 'side-output' ? node : null
}

/**
 * The stream of a source or a side output.
 *
 * @throws TOPOLOGY_INVALID for anything else
 */
export const from = <T>(origin: SourceRef<T> | SideOutput<T>): DataStream<T> => {
  const node = typeof origin === 'object' && origin !== null ? origins.get(origin) : undefined
  if (node !== undefined) return dataStream(node)
  throw new MillraceError('TOPOLOGY_INVALID', 'from(…) was given neither a source nor a side output', {
    site: callSite(),
    next: "Pass what source('id', connector) or sideOutput('id') returned.",
  })
}

/** One stream of the records of all; order between them is open. */
export const merge = <T extends readonly AnyStream<unknown>[]>(...streams: T): DataStream<T[number]['element']> => {
  const site = callSite()
  if (streams.length === 0) throw new MillraceError('TOPOLOGY_INVALID', 'merge needs at least one stream', { site })
  const inputs: StreamNode[] = streams.map((stream) => handleOf(stream, 'merge').node)
  return dataStream({ kind: 'merge', inputs, site } satisfies MergeNode)
}

/** `merge` as a stage. */
export const mergeWith =
  <B>(other: AnyStream<B>): (<A>(input: AnyStream<A>) => DataStream<A | B>) =>
  <A>(input: AnyStream<A>): DataStream<A | B> =>
    merge(input, other)

/**
 * Joins flows to a topology. `meta` is the module's `import.meta` (threads import it again), or null for one made in a function or test.
 *
 * @example export default topology(import.meta, 'orders', from(orders).pipe(…).to(totals))
 * @throws TOPOLOGY_INVALID for an id that does not match, or an argument that is no flow
 */
export const topology = (meta: ImportMeta | null, id: string, ...flows: Flow[]): Topology => {
  const site = callSite()
  const result: Topology = { id: checkId('topology', id, site) }
  const nodes = flows.map((flow, index) => {
    const node = flowNodeOf(flow)
    if (node !== undefined) return node
    const what = isStream(flow) ? 'a stream that ends in no sink' : 'no flow'
    throw new MillraceError('TOPOLOGY_INVALID', `argument ${index + 3} of topology '${id}' is ${what}`, { site, next: 'End each stream with .to(sink).' })
  })
  if (nodes.length === 0) throw new MillraceError('TOPOLOGY_INVALID', `topology '${id}' has no flow`, { site, next: 'End a stream with .to(sink).' })
  topologies.set(result, { id, module: meta === null ? null : meta.url, flows: nodes, site })
  return result
}

/** The node behind a topology, or undefined for what is none. */
export const topologyNode = (value: unknown): TopologyNode | undefined =>
  typeof value === 'object' && value !== null ? topologies.get(value) : undefined
