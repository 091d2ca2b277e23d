/** Which actors a region has, and which channels lead from one to another: a plan laid out instance by instance, as pure data. */
import type { EdgeRouting, Plan, PlanEdge, PlanVertex } from '../plan/plan.ts'

export interface WiredChannel {
  /** Names of actors. */
  readonly from: string
  readonly to: string
}

/** Where rows of one output go: to each of these channels, or to the one that the routing chooses. */
export interface WiredOutput {
  /** '' the main output; else as in the plan. */
  readonly port: string
  readonly routing: EdgeRouting
  readonly carriesOrigins: boolean
  /** The receiver is a sink: it looks at neither times nor keys nor watermarks. */
  readonly valuesOnly: boolean
  /** By their places in the wiring. */
  readonly channels: readonly number[]
}

export interface WiredActor {
  /** `vertexId/instance`, with `!` behind it for the writer of a sink. */
  readonly name: string
  readonly kind: 'source' | 'operators' | 'writer'
  readonly vertex: PlanVertex
  readonly instance: number
  readonly inputs: readonly number[]
  /** For each input, which of its vertex's edges it belongs to. */
  readonly edgeOf: readonly number[]
  readonly outputs: readonly WiredOutput[]
}

export interface Wiring {
  readonly actors: readonly WiredActor[]
  readonly channels: readonly WiredChannel[]
}

export const wiringOf = (plan: Plan, region: number): Wiring => {
  const vertices = plan.vertices.filter((vertex) => vertex.region === region)
  const channels: WiredChannel[] = []
  const actors: WiredActor[] = []
  const connect = (from: string, to: string): number => channels.push({ from, to }) - 1
  /** By edge and sender: the channels to every receiver or, forward, to its own. */
  const channelsOf = new Map<PlanEdge, number[][]>()
  for (const edge of vertices.flatMap((vertex) => vertex.outputs)) {
    const bySender: number[][] = []
    for (let from = 0; from < edge.from.parallelism; from++) {
      const targets = edge.routing === 'forward' ? [from] : Array.from({ length: edge.to.parallelism }, (_, to) => to)
      bySender.push(targets.map((to) => connect(nameOf(edge.from, from), entryOf(edge.to, to))))
    }
    channelsOf.set(edge, bySender)
  }
  for (const vertex of vertices) {
    for (let instance = 0; instance < vertex.parallelism; instance++) {
      const inputs: number[] = []
      const edgeOf: number[] = []
      vertex.inputs.forEach((edge, index) => {
        const bySender = channelsOf.get(edge)!
        const own = edge.routing === 'forward' ? [bySender[instance]![0]!] : bySender.map((targets) => targets[instance]!)
        for (const channel of own) {
          inputs.push(channel)
          edgeOf.push(index)
        }
      })
      const outputs = vertex.outputs.map(
        (edge): WiredOutput => ({
          port: edge.port,
          routing: edge.routing,
          carriesOrigins: edge.carriesOrigins,
          valuesOnly: isDirect(edge.to),
          channels: channelsOf.get(edge)![instance]!,
        }),
      )
      const name = nameOf(vertex, instance)
      const common = { vertex, instance, inputs, edgeOf }
      if (vertex.source !== null) actors.push({ ...common, name, kind: 'source', outputs })
      else if (!writes(vertex)) actors.push({ ...common, name, kind: 'operators', outputs })
      else if (isDirect(vertex)) actors.push({ ...common, name: `${name}!`, kind: 'writer', outputs: [] })
      else {
        const toWriter = connect(name, `${name}!`)
        const handOver: WiredOutput = { port: '', routing: 'forward', carriesOrigins: false, valuesOnly: true, channels: [toWriter] }
        actors.push({ ...common, name, kind: 'operators', outputs: [...outputs, handOver] })
        actors.push({ name: `${name}!`, kind: 'writer', vertex, instance, inputs: [toWriter], edgeOf: [0], outputs: [] })
      }
    }
  }
  return { actors, channels }
}

/** Id of the vertex that sends on a channel. */
export const senderOf = ({ from }: WiredChannel): string => from.slice(0, from.lastIndexOf('/'))

/** Actors of a plan, in one order everywhere. */
export const actorNames = (plan: Plan): string[] => Array.from({ length: plan.regions }, (_, region) => wiringOf(plan, region).actors.map(({ name }) => name)).flat()

const nameOf = (vertex: PlanVertex, instance: number): string => `${vertex.id}/${instance}`

/** The actor that gets what comes to that instance. */
const entryOf = (vertex: PlanVertex, instance: number): string => (isDirect(vertex) ? `${nameOf(vertex, instance)}!` : nameOf(vertex, instance))

const writes = (vertex: PlanVertex): boolean => vertex.sink !== null || vertex.isDeadLetters

/** The writer takes its one input as it comes: nothing is to be merged or formatted before it. */
const isDirect = (vertex: PlanVertex): boolean => {
  const [edge] = vertex.inputs
  if (!writes(vertex) || vertex.steps.length > 0 || vertex.inputs.length !== 1 || edge === undefined) return false
  return edge.routing === 'forward' || edge.from.parallelism === 1
}
