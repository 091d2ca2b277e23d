/**
 * What leaves an actor: rows find their receiver, collect in the open batch of its channel, and go when the batch is full or the mailbox
 * is empty. A full batch without credit makes the actor pause (`isBlocked`) until credit returns.
 */
import type { Barrier, Message } from './batch.ts'
import { Edge } from './edge.ts'
import type { RecordFacts, RouterEdge } from './edge.ts'
import type { Outlet } from './outlet.ts'

export class Router {
  private readonly main: readonly Edge[]
  private readonly sides: ReadonlyMap<string, readonly Edge[]>
  /** All but the dead letters' edge. */
  private readonly timed: readonly Edge[]
  private readonly all: readonly Edge[]
  private readonly dead: readonly Edge[]
  /** A batch is full and has no credit: nothing may be emitted. Outlets set it. */
  isBlocked = false
  private mainRecords = 0
  private sideRecords = 0

  constructor(ports: ReadonlyMap<string, readonly RouterEdge[]>, deadPort: string, maxParallelism: number) {
    const blocked = (): void => {
      this.isBlocked = true
    }
    const edges = new Map([...ports].map(([port, list]) => [port, list.map((edge) => new Edge(edge, maxParallelism, blocked))]))
    this.main = edges.get('') ?? []
    this.dead = edges.get(deadPort) ?? []
    this.sides = edges
    this.all = [...edges.values()].flat()
    this.timed = this.all.filter((edge) => !this.dead.includes(edge))
  }

  /** The edge of the main output, where there is but one and a record goes to one of its outlets; compiled chains put it there. */
  get direct(): Edge | null {
    const [edge] = this.main
    return edge !== undefined && this.main.length === 1 && edge.routing !== 'broadcast' && !edge.carriesOrigins ? edge : null
  }

  /** The one outlet of the main output, where there is but one and rows need no more than that they be put there. */
  get only(): Outlet | null {
    const { direct } = this
    return direct?.outlets.length === 1 ? direct.outlets[0]! : null
  }

  /** Every receiver has closed, so nobody wants what comes. */
  get isAbandoned(): boolean {
    return this.timed.length > 0 && this.timed.every((edge) => edge.outlets.every((outlet) => outlet.sender.isClosed()))
  }

  /** Where each edge that spreads its rows has got to. */
  get turns(): number[] {
    return this.all.filter((edge) => edge.routing === 'spread').map((edge) => edge.turn)
  }

  set turns(turns: readonly number[]) {
    this.all
      .filter((edge) => edge.routing === 'spread')
      .forEach((edge, index) => {
        edge.turn = (turns[index] ?? 0) % edge.outlets.length
      })
  }

  /** Instances behind the main output, for custom partitioners. */
  get targets(): number {
    return this.main[0]?.outlets.length ?? 1
  }

  /** Records, not counting dead letters, whatever the number of their receivers. */
  get emitted(): number {
    const { direct } = this
    return this.sideRecords + (direct === null ? this.mainRecords : direct.outlets.reduce((sum, { total }) => sum + total, 0))
  }

  get cloned(): number {
    return this.all.reduce((sum, { outlets }) => outlets.reduce((more, { sender }) => more + sender.cloned, sum), 0)
  }

  emit(value: unknown, facts: RecordFacts): void {
    this.mainRecords++
    for (const edge of this.main) this.add(edge, value, facts)
  }

  /** False: nobody reads that side output. */
  emitSide(id: string, value: unknown, facts: RecordFacts): boolean {
    const edges = this.sides.get(id)
    if (edges === undefined) return false
    this.sideRecords++
    for (const edge of edges) this.add(edge, value, facts)
    return true
  }

  emitDead(letter: unknown, facts: RecordFacts): void {
    for (const edge of this.dead) this.add(edge, letter, facts)
  }

  private add(edge: Edge, value: unknown, facts: RecordFacts): void {
    if (edge.routing === 'broadcast') for (const outlet of edge.outlets) this.put(edge, outlet, value, facts)
    else this.put(edge, edge.outlets[edge.target(facts)]!, value, facts)
  }

  private put(edge: Edge, outlet: Outlet, value: unknown, facts: RecordFacts): void {
    if (edge.carriesOrigins && outlet.origin !== facts.origin) outlet.close(facts.origin)
    outlet.put(value, facts.time, facts.key)
  }

  /** A watermark, or NaN for idle, behind the rows emitted so far. */
  mark(at: number): void {
    for (const edge of this.timed) if (!edge.valuesOnly) for (const outlet of edge.outlets) outlet.mark(at)
  }

  /** Tells eventTime stages downstream which splits come by which channel. */
  splits(origins: readonly string[]): void {
    for (const edge of this.timed.filter((candidate) => candidate.carriesOrigins))
      edge.outlets.forEach((outlet, index) =>
        this.control(outlet, { type: 'splits', origins: origins.filter((origin) => edge.targetOfOrigin(origin) === index) }),
      )
  }

  splitEnd(origin: string): void {
    for (const edge of this.timed.filter((candidate) => candidate.carriesOrigins))
      this.control(edge.outlets[edge.targetOfOrigin(origin)]!, { type: 'split-end', origin })
  }

  barrier(barrier: Barrier): void {
    for (const edge of this.all) for (const outlet of edge.outlets) this.control(outlet, { type: 'barrier', barrier })
  }

  /** No more outputs. Dead letters may still follow, until they are ended as well. */
  endOutputs(): void {
    for (const edge of this.timed) for (const outlet of edge.outlets) this.control(outlet, { type: 'end' })
  }

  endDeadLetters(): void {
    for (const edge of this.dead) for (const outlet of edge.outlets) this.control(outlet, { type: 'end' })
  }

  private control(outlet: Outlet, message: Message): void {
    if (!outlet.control(message)) this.isBlocked = true
  }

  /** Sends what waits for credit; `open` batches too where the mailbox is empty. */
  flush(openToo: boolean): void {
    let stuck = false
    for (const edge of this.all) for (const outlet of edge.outlets) if (!outlet.flush(openToo)) stuck = true
    this.isBlocked = stuck
  }
}
