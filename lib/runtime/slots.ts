/** The slots of a job: threads that have rebuilt its plan, and the parts of regions that live on them. */
import { MillraceError } from '../errors.ts'
import type { Plan } from '../plan/plan.ts'
import type { Reports } from './actor-host.ts'
import type { Env } from '../env/env.ts'
import type { Thread, ThreadPool } from '../env/threads.ts'
import { errorFrom } from './error-data.ts'
import { Pulse, Watch } from './heartbeat.ts'
import { RemotePart } from './remote-part.ts'
import type { FromSlot, SlotJob, ToSlot } from './slot-protocol.ts'
import { actorNames } from './wiring.ts'

/** Milliseconds that a slot may take to end. */
const END_MS = 2_000
/** Milliseconds between two looks at the slots, at most. */
const LOOK_MS = 500

type Opening = Omit<Extract<ToSlot, { type: 'open' }>, 'type' | 'part'>

class Slot {
  readonly place: number
  readonly watch: Watch
  private readonly thread: Thread
  private readonly env: Env
  private readonly parts = new Map<number, RemotePart>()
  private hasEnded = false
  /** Why nothing more can be opened here. */
  private gone: MillraceError | null = null

  constructor(place: number, thread: Thread, env: Env, watch: Watch) {
    this.place = place
    this.thread = thread
    this.env = env
    this.watch = watch
  }

  /** Resolves once the slot has rebuilt the plan. */
  ready(plan: Plan): Promise<void> {
    const { port, ended } = this.thread
    return new Promise((resolve, reject) => {
      const lost = (cause: unknown): void => {
        if (this.hasEnded) return
        this.hasEnded = true
        const error = new MillraceError('SLOT_LOST', `the thread of slot ${this.place} ended: ${cause instanceof Error ? cause.message : String(cause)}`, { next: 'Run it again: it goes on from its last checkpoint.', cause })
        reject(error)
        this.lose(error)
      }
      ended.then(() => lost('its task returned'), lost)
      const hear = (message: FromSlot): void => {
        switch (message.type) {
          case 'ready':
            return message.fingerprint === plan.fingerprint ? resolve() : reject(mismatch(plan, message.ids, this.place))
          case 'unfit':
            return reject(errorFrom(message.error))
          default:
            this.parts.get(message.part)?.hear(message)
        }
      }
      port.listen((message) => hear(message as FromSlot), () => undefined)
    })
  }

  open(part: number, plan: Plan, reports: Reports, opening: Opening): Promise<RemotePart> {
    if (this.gone !== null) return Promise.reject(this.gone)
    const remote = new RemotePart(part, plan, reports, (message) => this.thread.port.post(message), (ms, wake) => this.env.scheduler.after(ms, wake))
    this.parts.set(part, remote)
    const transfer = [...[...opening.ends.values()].map(({ port }) => port), ...(opening.restored?.chunks ?? []).map(({ bytes }) => bytes.buffer as ArrayBuffer)]
    return remote.open(() => this.thread.port.post({ ...opening, type: 'open', part } satisfies ToSlot, transfer)).then(() => remote)
  }

  async end(): Promise<void> {
    if (this.hasEnded) return
    this.hasEnded = true
    this.thread.port.post({ type: 'end' } satisfies ToSlot)
    await new Promise<void>((resolve) => {
      // One that hangs is ended with its pool.
      const cancel = this.env.scheduler.after(END_MS, resolve)
      void this.thread.ended.catch(() => undefined).then(() => {
        cancel()
        resolve()
      })
    })
    this.thread.port.close()
    this.lose(new MillraceError('SLOT_LOST', `slot ${this.place} has been ended with its job`))
  }

  /** Whoever still waits for an answer from here gets none. */
  private lose(error: MillraceError): void {
    this.gone = error
    for (const part of this.parts.values()) part.lose(error)
  }
}

export class Slots {
  private readonly pool: ThreadPool
  private readonly slots: readonly Slot[]
  private readonly plan: Plan
  private nextPart = 0
  private cancelLook = (): void => {}
  /** Told of a slot that hangs, and in which actor. */
  onHang: (message: string) => void = () => {}

  private constructor(pool: ThreadPool, job: Omit<SlotJob, 'place' | 'pulse'>, plan: Plan, env: Env, hangsMs: number) {
    this.pool = pool
    this.plan = plan
    const names = actorNames(plan)
    this.slots = Array.from({ length: job.slots }, (_, index) => {
      const place = index + 1
      const pulse = new Pulse()
      const watch = new Watch(pulse, hangsMs, (holder, ms) => this.onHang(`slot ${place} has not answered for ${Math.round(ms / 1_000)} s, in ${names[holder] === undefined ? 'none of its actors' : `actor ${names[holder]}`}`))
      return new Slot(place, pool.start({ ...job, place, pulse: pulse.shared } satisfies SlotJob), env, watch)
    })
    const look = (): void => {
      const now = env.clock.monotonic()
      for (const { watch } of this.slots) watch.look(now)
      this.cancelLook = env.scheduler.after(Math.min(LOOK_MS, hangsMs / 4), look)
    }
    look()
  }

  /**
   * `hangsMs`: without a sign of life until a slot is said to hang.
   * @throws TOPOLOGY_MISMATCH, TOPOLOGY_HAS_NO_MODULE, what the module throws: before any record moves
   */
  static async start(env: Env, plan: Plan, hangsMs: number, job: Omit<SlotJob, 'place' | 'pulse'>): Promise<Slots> {
    const isSource = import.meta.url.endsWith('.ts')
    const pool = env.threads.pool(new URL(`./slot-task.${isSource ? 'ts' : 'js'}`, import.meta.url).href, job.slots)
    const started = new Slots(pool, job, plan, env, hangsMs)
    try {
      await Promise.all(started.slots.map((slot) => slot.ready(plan)))
    } catch (error) {
      await started.close()
      throw error
    }
    return started
  }

  get count(): number {
    return this.slots.length
  }

  /** Opens what a region has in that place, 1 … count. */
  open(place: number, reports: Reports, opening: Opening): Promise<RemotePart> {
    return this.slots[place - 1]!.open(this.nextPart++, this.plan, reports, opening)
  }

  async close(): Promise<void> {
    this.cancelLook()
    await Promise.all(this.slots.map((slot) => slot.end()))
    await this.pool.close()
  }
}

const mismatch = (plan: Plan, ids: readonly string[], place: number): MillraceError => {
  const own = [...plan.ids.values()]
  const at = own.findIndex((id, index) => ids[index] !== id)
  const differs = at < 0 ? 'settings or wiring differ' : `'${own[at]}' here is '${ids[at] ?? 'nothing'}' there`
  return new MillraceError('TOPOLOGY_MISMATCH', `slot ${place} built another plan from the module: ${differs}`, {
    next: 'The module must build the same topology each time it is imported: nothing random, no time of day, nothing captured from outside.',
  })
}
