/**
 * What leaves an actor: rows find their receiver, collect in the open batch of its channel, and go when the batch is full or the mailbox
 * is empty. A full batch without credit makes the actor pause (`isBlocked`) until credit returns.
 */
import { instanceOfGroup, keyGroup } from '../state/key-group.ts'
import { keyHash } from '../state/key.ts'
import { murmur2OfString } from '../state/murmur2.ts'
import type { EdgeRouting } from '../plan/plan.ts'
import { BATCH_MARKS_MAX, OpenBatch } from './batch.ts'
import type { Barrier, Message } from './batch.ts'
import type { Sender } from './channel.ts'

/** What the router reads of the current record. */
export interface RecordFacts {
  time: number
  key: unknown
  route: number
  origin: string
}

/** Where rows for one receiver collect. */
export class Outlet {
  readonly sender: Sender
  open: OpenBatch
  /** What has to go before the open batch; at most two batches and their control messages. */
  readonly pending: Message[] = []
  private closedRecords = 0
  private readonly router: Router
  readonly rowsMax: number
  readonly valuesOnly: boolean

  constructor(sender: Sender, router: Router, valuesOnly: boolean) {
    this.sender = sender
    this.router = router
    this.rowsMax = sender.batchRows
    this.valuesOnly = valuesOnly
    this.open = new OpenBatch('')
  }

  /** Whether as many rows as a batch holds may be put without a pause. */
  get hasRoom(): boolean {
    return this.pending.length === 0 && this.sender.hasCredit()
  }

  /** `put` where the receiver is a sink. */
  putValue(value: unknown): boolean {
    if (this.open.values.push(value) < this.rowsMax && this.pending.length === 0) return false
    this.overflow()
    return true
  }

  /** True: the batch has gone, or cannot. */
  put(value: unknown, time: number, key: unknown): boolean {
    const { open } = this
    if (!this.valuesOnly) {
      open.times.push(time)
      open.keys.push(key)
    }
    if (open.values.push(value) < this.rowsMax && this.pending.length === 0) return false
    this.overflow()
    return true
  }

  /** A watermark, behind the rows. */
  mark(at: number): void {
    const { open } = this
    open.markAt.push(open.values.length)
    open.marks.push(at)
    if (open.marks.length >= BATCH_MARKS_MAX) this.overflow()
  }

  private overflow(): void {
    const { open } = this
    if (open.values.length >= this.rowsMax || open.marks.length >= BATCH_MARKS_MAX) this.close(open.origin)
    if (!this.drain()) this.router.isBlocked = true
  }

  /** Records put so far. */
  get total(): number {
    return this.closedRecords + this.open.values.length
  }

  /** Puts the open batch in line. */
  close(origin: string): void {
    this.closedRecords += this.open.values.length
    if (this.open.values.length > 0 || this.open.marks.length > 0) this.pending.push(this.open)
    else if (this.open.origin === origin) return
    this.open = new OpenBatch(origin)
  }

  /** Sends what credit allows. True: nothing is left in line. */
  drain(): boolean {
    let sent = 0
    for (const message of this.pending) {
      if (message.type === 'batch' && !this.sender.hasCredit()) break
      this.sender.send(message)
      sent++
    }
    if (sent > 0) this.pending.splice(0, sent)
    return this.pending.length === 0
  }
}

export interface RouterEdge {
  readonly routing: EdgeRouting
  readonly carriesOrigins: boolean
  /** The receiver is a sink: it looks at neither times nor keys nor watermarks. */
  readonly valuesOnly: boolean
  readonly senders: readonly Sender[]
}

class Edge {
  readonly outlets: readonly Outlet[]
  readonly routing: EdgeRouting
  readonly carriesOrigins: boolean
  readonly valuesOnly: boolean
  /** Where the next row goes that is spread. */
  turn = 0

  constructor(edge: RouterEdge, router: Router) {
    this.routing = edge.routing
    this.carriesOrigins = edge.carriesOrigins
    this.valuesOnly = edge.valuesOnly
    this.outlets = edge.senders.map((sender) => new Outlet(sender, router, edge.valuesOnly))
  }

  target(facts: RecordFacts, maxParallelism: number): number {
    const count = this.outlets.length
    if (count === 1) return 0
    switch (this.routing) {
      case 'key':
        return instanceOfGroup(keyGroup(keyHash(facts.key), maxParallelism), count, maxParallelism)
      case 'route':
        return facts.route
      case 'origin':
        return this.originTarget(facts.origin)
      case 'spread':
        return this.nextTurn(count)
      default:
        return 0
    }
  }

  private nextTurn(count: number): number {
    const turn = this.turn
    this.turn = (turn + 1) % count
    return turn
  }

  originTarget(origin: string): number {
    return this.routing === 'origin' ? (murmur2OfString(origin) & 0x7fffffff) % this.outlets.length : 0
  }
}

export class Router {
  private readonly main: readonly Edge[]
  private readonly sides: ReadonlyMap<string, readonly Edge[]>
  /** All but the dead letters' edge. */
  private readonly timed: readonly Edge[]
  private readonly all: readonly Edge[]
  private readonly dead: readonly Edge[]
  private readonly maxParallelism: number
  /** A batch is full and has no credit: nothing may be emitted. Outlets set it. */
  isBlocked = false
  private mainRecords = 0
  private sideRecords = 0

  constructor(ports: ReadonlyMap<string, readonly RouterEdge[]>, deadPort: string, maxParallelism: number) {
    const edges = new Map([...ports].map(([port, list]) => [port, list.map((edge) => new Edge(edge, this))]))
    this.main = edges.get('') ?? []
    this.dead = edges.get(deadPort) ?? []
    this.sides = edges
    this.all = [...edges.values()].flat()
    this.timed = this.all.filter((edge) => !this.dead.includes(edge))
    this.maxParallelism = maxParallelism
  }

  /** The one outlet of the main output, where there is but one and rows need no more than that they be put there. */
  get only(): Outlet | null {
    const [edge] = this.main
    const isOne = edge !== undefined && this.main.length === 1 && edge.outlets.length === 1 && !edge.carriesOrigins
    return isOne ? edge.outlets[0]! : null
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
    const { only } = this
    return this.sideRecords + (only === null ? this.mainRecords : only.total)
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
    else this.put(edge, edge.outlets[edge.target(facts, this.maxParallelism)]!, value, facts)
  }

  private put(edge: Edge, outlet: Outlet, value: unknown, facts: RecordFacts): void {
    if (edge.carriesOrigins && outlet.open.origin !== facts.origin) outlet.close(facts.origin)
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
        this.control(outlet, { type: 'splits', origins: origins.filter((origin) => edge.originTarget(origin) === index) }),
      )
  }

  splitEnd(origin: string): void {
    for (const edge of this.timed.filter((candidate) => candidate.carriesOrigins))
      this.control(edge.outlets[edge.originTarget(origin)]!, { type: 'split-end', origin })
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
    outlet.close(outlet.open.origin)
    outlet.pending.push(message)
    if (!outlet.drain()) this.isBlocked = true
  }

  /** Sends what waits for credit; `open` batches too where the mailbox is empty. */
  flush(openToo: boolean): void {
    let stuck = false
    for (const edge of this.all)
      for (const outlet of edge.outlets) {
        if (openToo && (outlet.sender.hasCredit() || outlet.pending.length > 0)) {
          if (outlet.pending.length === 0) outlet.close(outlet.open.origin)
        }
        if (outlet.pending.length > 0 && !outlet.drain()) stuck = true
      }
    this.isBlocked = stuck
  }
}
