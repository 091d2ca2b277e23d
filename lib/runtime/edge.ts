/** One edge of the plan as its sender sees it: an outlet for each receiver, and which of them a record goes to. */
import type { EdgeRouting } from '../plan/plan.ts'
import { instanceOfGroup, keyGroup } from '../state/key-group.ts'
import { keyHash } from '../state/key.ts'
import { murmur2OfString } from '../state/murmur2.ts'
import type { Sender } from './channel.ts'
import { Outlet } from './outlet.ts'

export interface RouterEdge {
  readonly routing: EdgeRouting
  readonly carriesOrigins: boolean
  /** The receiver is a sink: it looks at neither times nor keys nor watermarks. */
  readonly valuesOnly: boolean
  readonly senders: readonly Sender[]
}

/** What is read of the current record. */
export interface RecordFacts {
  time: number
  key: unknown
  route: number
  origin: string
}

/** Keys whose receiver is remembered: int32 that agree in the last bits take each other's place. */
const NUMBERS_KEPT = 4_096
const STRINGS_KEPT = 4_096
/** Looks after which it is judged whether strings come again: where fewer than half were found, none is looked up any more. */
const JUDGED_LOOKS = 65_536

export class Edge {
  readonly outlets: readonly Outlet[]
  readonly routing: EdgeRouting
  readonly carriesOrigins: boolean
  readonly valuesOnly: boolean
  /** Where the next row goes that is spread. */
  turn = 0
  readonly #maxParallelism: number
  readonly #numbers: Int32Array
  readonly #targets: Int32Array
  #strings: Map<string, number> | null = new Map()
  #looks = 0
  #found = 0

  /** `blocked` is called where a batch cannot go. */
  constructor({ routing, carriesOrigins, valuesOnly, senders }: RouterEdge, maxParallelism: number, blocked: () => void) {
    this.routing = routing
    this.carriesOrigins = carriesOrigins
    this.valuesOnly = valuesOnly
    this.outlets = senders.map((sender) => new Outlet(sender, valuesOnly, blocked))
    this.#maxParallelism = maxParallelism
    const isKeyed = routing === 'key' && senders.length > 1
    // In no place lies a key that belongs there.
    this.#numbers = new Int32Array(isKeyed ? NUMBERS_KEPT : 0).fill(1)
    if (isKeyed) this.#numbers[1] = 0
    this.#targets = new Int32Array(isKeyed ? NUMBERS_KEPT : 0)
  }

  target(facts: RecordFacts): number {
    if (this.outlets.length === 1) return 0
    switch (this.routing) {
      case 'key':
        return this.targetOfKey(facts.key)
      case 'route':
        return facts.route
      case 'origin':
        return this.targetOfOrigin(facts.origin)
      case 'spread':
        return this.nextTurn()
      default:
        return 0
    }
  }

  targetOfKey(key: unknown): number {
    if (typeof key === 'number' && (key | 0) === key) {
      const integer = key | 0
      const place = integer & (NUMBERS_KEPT - 1)
      if (this.#numbers[place] === integer) return this.#targets[place]!
      const target = this.#targetOf(integer)
      this.#numbers[place] = integer
      this.#targets[place] = target
      return target
    }
    return typeof key === 'string' && this.#strings !== null ? this.#targetOfString(key, this.#strings) : this.#targetOf(key)
  }

  #targetOfString(key: string, strings: Map<string, number>): number {
    const known = strings.get(key)
    if (++this.#looks === JUDGED_LOOKS) {
      if (2 * this.#found < JUDGED_LOOKS) this.#strings = null
      this.#looks = 0
      this.#found = 0
    }
    if (known !== undefined) {
      this.#found++
      return known
    }
    const target = this.#targetOf(key)
    if (strings.size < STRINGS_KEPT) strings.set(key, target)
    return target
  }

  #targetOf(key: unknown): number {
    return instanceOfGroup(keyGroup(keyHash(key), this.#maxParallelism), this.outlets.length, this.#maxParallelism)
  }

  nextTurn(): number {
    const { turn } = this
    this.turn = (turn + 1) % this.outlets.length
    return turn
  }

  targetOfOrigin(origin: string): number {
    return this.routing === 'origin' ? (murmur2OfString(origin) & 0x7fffffff) % this.outlets.length : 0
  }
}
