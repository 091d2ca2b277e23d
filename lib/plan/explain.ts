/** A plan in words, as a Mermaid graph, or as JSON: what runs where, and what each end promises. */
import { topologyNode } from '../api/topology.ts'
import type { Topology } from '../api/topology.ts'
import { MillraceError } from '../errors.ts'
import { buildPlan } from './build-plan.ts'
import { placeOf } from './placement.ts'
import type { Plan, PlanEdge, PlanStep, PlanVertex } from './plan.ts'

export type ExplainFormat = 'text' | 'mermaid' | 'json'

export interface ExplainOptions {
  readonly format?: ExplainFormat
  readonly parallelism?: number
  /** Threads, as `run` takes them; 0 unless given. */
  readonly slots?: number
}

/**
 * Describes what `run` would build of a topology. JSON: `{ topology, fingerprint, parallelism, vertices, edges, warnings }`.
 *
 * @example console.log(explain(topology, { format: 'mermaid' }))
 * @throws TOPOLOGY_INVALID, ID_DUPLICATE as `run` does; OPTION_INVALID for another format
 */
export const explain = (topology: Topology, options: ExplainOptions = {}): string => {
  const node = topologyNode(topology)
  if (node === undefined) throw new MillraceError('TOPOLOGY_INVALID', 'explain was not given a topology')
  const plan = buildPlan(node, { parallelism: options.parallelism ?? 1, maxParallelism: 128, checkpoints: false, combine: true, supervision: null })
  switch (options.format ?? 'text') {
    case 'text':
      return asText(plan, options.slots ?? 0)
    case 'mermaid':
      return asMermaid(plan)
    case 'json':
      return JSON.stringify(asJson(plan, options.slots ?? 0), null, 2)
    default:
      throw new MillraceError('OPTION_INVALID', `explain has no format '${String(options.format)}'`, { next: 'Known: text, mermaid, json.' })
  }
}

const visible = (plan: Plan): readonly PlanVertex[] => plan.vertices.filter((vertex) => !vertex.isDeadLetters)
const edgesOf = (vertex: PlanVertex): readonly PlanEdge[] => vertex.outputs.filter((edge) => !edge.to.isDeadLetters)

const promiseOf = (vertex: PlanVertex): string | null => {
  if (vertex.source !== null) return vertex.source.connector.replayable === false ? 'at most once: it has no positions' : null
  if (vertex.sink !== null)
    return vertex.sink.connector.canGoBack === true ? 'exactly once' : vertex.sink.connector.canGoBack === false ? 'exactly once, cannot go back' : 'at least once unless it has prepare and commit'
  return null
}

const routings: Record<PlanEdge['routing'], string> = {
  forward: 'instance to instance',
  gather: 'all to one',
  origin: 'by split',
  spread: 'in turn',
  key: 'by key group',
  route: 'by the partitioner',
  broadcast: 'to every instance',
}

/** A stage that is divided has its first half here. */
const titleOf = ({ kind, name }: PlanStep): string => (kind === 'combine' ? 'combine for' : name === kind ? kind : `${name} (${kind})`)

const stagesOf = (vertex: PlanVertex): string[] => [
  ...(vertex.source === null ? [] : [`source ${vertex.source.id}${vertex.source.connector.name === undefined ? '' : ` (${vertex.source.connector.name})`} at ${vertex.source.site}`]),
  ...vertex.steps
    .filter((step) => step.kind !== 'source' && step.kind !== 'sink')
    .map((step) => `${titleOf(step)} '${step.id}' at ${step.site}${step.state === null ? '' : `, state per ${step.state}`}`),
  ...(vertex.sink === null ? [] : [`sink ${vertex.sink.id}${vertex.sink.connector.name === undefined ? '' : ` (${vertex.sink.connector.name})`} at ${vertex.sink.site}`]),
]

/** By instance. */
const placesOf = (vertex: PlanVertex, slots: number): number[] => Array.from({ length: vertex.parallelism }, (_, instance) => placeOf(vertex, instance, slots))

const placeText = (vertex: PlanVertex, slots: number): string => {
  const places = [...new Set(placesOf(vertex, slots))].toSorted((a, b) => a - b)
  if (places[0] === 0) return 'on the thread of the caller'
  return places.length === 1 ? `in slot ${places[0]}` : `in slots ${places.join(', ')}`
}

const asText = (plan: Plan, slots: number): string => {
  const lines = [`topology ${plan.topology.id}, parallelism ${plan.parallelism}, fingerprint ${plan.fingerprint}`]
  for (const vertex of visible(plan)) {
    lines.push('', `actor ${vertex.id} ×${vertex.parallelism}${slots === 0 ? '' : `, ${placeText(vertex, slots)}`}`)
    for (const stage of stagesOf(vertex)) lines.push(`  ${stage}`)
    const promise = promiseOf(vertex)
    if (promise !== null) lines.push(`  ${vertex.source === null ? 'delivery' : 'reading'}: ${promise}`)
    for (const edge of edgesOf(vertex)) lines.push(`  → ${edge.to.id}${edge.port === '' ? '' : ` [${edge.port}]`}, ${routings[edge.routing]}`)
  }
  for (const warning of plan.warnings) lines.push('', `warning: ${warning}`)
  return lines.join('\n')
}

const asMermaid = (plan: Plan): string => {
  const lines = ['flowchart LR']
  const quote = (text: string): string => `"${text.replaceAll('"', '#quot;')}"`
  for (const vertex of visible(plan)) {
    const label = [`${vertex.id} ×${vertex.parallelism}`, ...vertex.steps.filter((step) => step.kind !== 'source' && step.kind !== 'sink').map((step) => step.name)].join('<br/>')
    const [open, close] = vertex.source !== null ? ['([', '])'] : vertex.sink !== null ? ['[/', '/]'] : ['[', ']']
    lines.push(`  v${vertex.index}${open}${quote(label)}${close}`)
  }
  for (const vertex of visible(plan))
    for (const edge of edgesOf(vertex)) lines.push(`  v${vertex.index} -->|${quote(edge.port === '' ? routings[edge.routing] : `${edge.port}, ${routings[edge.routing]}`)}| v${edge.to.index}`)
  return lines.join('\n')
}

const asJson = (plan: Plan, slots: number): unknown => ({
  topology: plan.topology.id,
  fingerprint: plan.fingerprint,
  parallelism: plan.parallelism,
  maxParallelism: plan.maxParallelism,
  vertices: visible(plan).map((vertex) => ({
    id: vertex.id,
    parallelism: vertex.parallelism,
    ...(slots === 0 ? {} : { slots: placesOf(vertex, slots) }),
    region: vertex.region,
    source: vertex.source === null ? null : { id: vertex.source.id, name: vertex.source.connector.name ?? null, site: vertex.source.site },
    stages: vertex.steps
      .filter((step) => step.kind !== 'source' && step.kind !== 'sink')
      .map(({ id, kind, name, site, state, schema }) => ({ id, kind, name, site, state, schema })),
    sink: vertex.sink === null ? null : { id: vertex.sink.id, name: vertex.sink.connector.name ?? null, site: vertex.sink.site, delivery: promiseOf(vertex) },
  })),
  edges: visible(plan).flatMap((vertex) => edgesOf(vertex).map((edge) => ({ from: vertex.id, to: edge.to.id, port: edge.port, routing: edge.routing }))),
  warnings: plan.warnings,
})
