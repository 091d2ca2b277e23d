/**
 * Threads of a simulated process: each has events of its own among those of the process. A thread may stall, and nothing of it happens until
 * it goes on; or vanish between two events or in the middle of one, and nothing of it happens any more.
 */
import type { Cancel, Env } from './env.ts'
import type { SimPorts } from './sim-ports.ts'
import type { PortOwner } from './sim-ports.ts'
import type { seededRandom } from './sim-random.ts'
import type { Port, Thread, ThreadPool, ThreadTask, Threads } from './threads.ts'

type Chance = ReturnType<typeof seededRandom>

/** Shares of threads to which it happens, while they are young or later. */
export interface SimThreadFaults {
  readonly vanish: number
  readonly stall: number
}

export interface SimThreadsOptions {
  /** Runs the task of a thread in its Env; takes the place of the module. */
  run(env: Env, task: ThreadTask): Promise<void>
  /** Of the threads of a pool that begins now. */
  faults(): SimThreadFaults
}

/** How often it has happened. */
export interface SimThreadCounts {
  started: number
  vanished: number
  stalled: number
}

/** What threads are given of their process. */
export interface SimThreadsHost {
  readonly random: Chance
  readonly counts: SimThreadCounts
  now(): number
  schedule(ms: number, run: () => void): Cancel
  settled(): void
  envOf(thread: SimThread): Env
}

/** Milliseconds that a stall takes at most: some hold up a batch, some a watchdog's patience. */
const STALLS_MS = [5, 50, 1_000, 9_000]
/** Events, or messages, after which something happens, at most. */
const YOUNG = [20, 150, 600]
const STALLS_MAX = 3

export class SimThread implements PortOwner {
  isGone = false
  readonly #host: SimThreadsHost
  readonly #ports = new Set<Port>()
  /** File operations on their way: a thread that ends waits for them, but not for what comes of them. */
  readonly #files = new Set<() => void>()
  #stalledUntil = 0
  #events = 0
  #posts = 0
  readonly #vanishAt: { readonly events: number; readonly posts: number }
  readonly #stallsAt = new Map<number, number>()
  /** Told once of its end. */
  onGone: (error: Error) => void = () => {}

  constructor(host: SimThreadsHost, { vanish, stall }: SimThreadFaults) {
    this.#host = host
    const { random } = host
    const moment = (): number => 1 + random.below(YOUNG[random.below(YOUNG.length)]!)
    const isMidway = random.chance(0.3)
    const at = random.chance(vanish) ? moment() : Infinity
    this.#vanishAt = isMidway ? { events: Infinity, posts: at } : { events: at, posts: Infinity }
    if (random.chance(stall)) for (let times = 1 + random.below(STALLS_MAX); times > 0; times--) this.#stallsAt.set(moment(), STALLS_MS[random.below(STALLS_MS.length)]! * random.next())
  }

  schedule(ms: number, run: () => void): Cancel {
    if (this.isGone) return () => {}
    let cancel: Cancel = () => {}
    const due = (): void => {
      if (this.isGone) return
      const wait = this.#stalledUntil - this.#host.now()
      if (wait > 0) cancel = this.#host.schedule(wait, due)
      else if (this.#lives(due)) this.#turn(run)
    }
    cancel = this.#host.schedule(ms, due)
    return () => cancel()
  }

  /** Settles a file operation. */
  settleFile(ms: number, run: () => void): void {
    if (this.isGone) return
    this.#files.add(run)
    this.schedule(ms, () => {
      if (this.#files.delete(run)) run()
    })
  }

  posts(): void {
    if (++this.#posts === this.#vanishAt.posts) this.#vanish()
  }

  holds(end: Port): void {
    this.#ports.add(end)
  }

  end(error: Error): void {
    if (this.isGone) return
    this.isGone = true
    for (const run of this.#files) if (this.#host.random.chance(0.5)) run()
    this.#files.clear()
    for (const port of this.#ports) port.close()
    this.onGone(error)
  }

  /** Whether the event may happen now; one that is held back comes again. */
  #lives(due: () => void): boolean {
    this.#events++
    if (this.#events === this.#vanishAt.events) {
      this.#vanish()
      return false
    }
    const ms = this.#stallsAt.get(this.#events)
    if (ms === undefined) return true
    this.#host.counts.stalled++
    this.#stalledUntil = this.#host.now() + ms
    due()
    return false
  }

  #vanish(): void {
    this.#host.counts.vanished++
    this.end(new Error('the simulated thread vanished'))
  }

  #turn(run: () => void): void {
    try {
      run()
    } catch (error) {
      this.end(error as Error)
    }
  }
}

/** Milliseconds until a thread has begun, and until its end is known, at most. */
const START_MS = 50
const END_MS = 10

class SimPool implements ThreadPool {
  readonly #host: SimThreadsHost
  readonly #ports: SimPorts
  readonly #options: SimThreadsOptions
  readonly #faults: SimThreadFaults
  readonly #threads: SimThread[] = []

  constructor(host: SimThreadsHost, ports: SimPorts, options: SimThreadsOptions) {
    this.#host = host
    this.#ports = ports
    this.#options = options
    this.#faults = options.faults()
  }

  start(given: unknown): Thread {
    const { random, counts } = this.#host
    const data: unknown = structuredClone(given)
    counts.started++
    const thread = new SimThread(this.#host, this.#faults)
    this.#threads.push(thread)
    const [here, there] = this.#ports.pair()
    thread.holds(this.#ports.find(there))
    const ended = new Promise<void>((resolve, reject) => {
      const later = (told: () => void): void =>
        void this.#host.schedule(END_MS * random.next(), () => {
          this.#host.settled()
          told()
        })
      thread.onGone = (error) => later(() => reject(error))
      thread.schedule(START_MS * random.next(), () => {
        this.#host.settled()
        this.#options.run(this.#host.envOf(thread), { port: there, data }).then(
          () => later(resolve),
          (error: unknown) => later(() => reject(error as Error)),
        )
      })
    })
    return { port: threadsOf(this.#host, this.#ports, this.#options).port(here), ended }
  }

  close(): Promise<void> {
    const { random } = this.#host
    return new Promise((resolve) => {
      // Until it stops, it goes on.
      let left = this.#threads.length
      for (const thread of this.#threads)
        this.#host.schedule(END_MS * random.next(), () => {
          thread.end(new Error('the pool was closed'))
          this.#host.settled()
          if (--left === 0) resolve()
        })
    })
  }
}

/** For the first thread of the process, which never vanishes alone. */
export const threadsOf = (host: SimThreadsHost, ports: SimPorts, options: SimThreadsOptions): Threads => {
  const owner: PortOwner = { isGone: false, schedule: (ms, run) => host.schedule(ms, run), posts: () => {}, holds: () => {} }
  return { pair: () => ports.pair(), port: (end) => ports.find(end).takenBy(owner), pool: () => new SimPool(host, ports, options) }
}

/** For a thread of a pool. */
export const threadsWithin = (thread: SimThread, ports: SimPorts): Threads => ({
  pair: () => ports.pair(),
  port: (end) => ports.find(end).takenBy(thread),
  pool: () => {
    throw new Error('a simulated thread starts no threads')
  },
})
