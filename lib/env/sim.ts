/**
 * A simulated world: one seed gives one course of events. Time is virtual; of the events that are due the seed says which comes first;
 * files answer late and in any order; a process can be killed between two events, and boots again on what the disk has kept.
 */
import type { Cancel, Env } from './env.ts'
import { EventQueue } from './event-queue.ts'
import { noThreads } from './no-threads.ts'
import type { Files } from './files.ts'
import { SimDisk } from './sim-disk.ts'
import { simFiles } from './sim-files.ts'
import { simOffloader } from './sim-offloader.ts'
import { SimPorts } from './sim-ports.ts'
import { seededRandom } from './sim-random.ts'
import { threadsOf, threadsWithin } from './sim-threads.ts'
import type { SimThread, SimThreadCounts, SimThreadsHost, SimThreadsOptions } from './sim-threads.ts'
import type { Threads } from './threads.ts'

export interface SimFaults {
  /** Share of file operations that fail with EIO or ENOSPC. */
  readonly ioErrors?: number
}

export interface SimWorldOptions {
  readonly seed: number
  readonly faults?: SimFaults
  /** Without it there are no threads but the first of each process. */
  readonly threads?: SimThreadsOptions
}

export interface SimLimits {
  /** Events at most. */
  readonly steps: number
  readonly virtualMs: number
}

/** 'quiet': no event is left, or the process is dead. 'limit' of `virtualMs`: time stands at the limit, and no event beyond it has happened. */
export type SimOutcome = 'until' | 'quiet' | 'limit'

export interface SimProcess {
  readonly env: Env
  /** Events so far. */
  readonly steps: number
  run(until: () => boolean, limits: SimLimits): Promise<SimOutcome>
  /** Nothing of it runs any more; the disk keeps what was durable, and of the rest what chance leaves. */
  kill(): void
}

export interface SimWorld {
  readonly disk: SimDisk
  /** What processes have printed. */
  readonly printed: string[]
  /** Of all processes. */
  readonly threads: Readonly<SimThreadCounts>
  now(): number
  boot(): SimProcess
}

/** Start of virtual time, epoch milliseconds: any fixed moment would do. */
const EPOCH = 1_700_000_000_000
/** A turn of the event loop, in which all continuations of settled promises run. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

export const simWorld = ({ seed, faults = {}, threads: threading }: SimWorldOptions): SimWorld => {
  const random = seededRandom(seed)
  const counts: SimThreadCounts = { started: 0, vanished: 0, stalled: 0 }
  const disk = new SimDisk()
  const printed: string[] = []
  const lives = new Set<string>()
  let now = EPOCH
  let born = 0

  const boot = (): SimProcess => {
    const holder = `simulated process ${++born}`
    lives.add(holder)
    let alive = true
    let steps = 0
    /** A promise of this process has been settled since its continuations last had a turn. */
    let settled = true
    const events = new EventQueue()
    const schedule = (ms: number, run: () => void): Cancel => {
      if (Number.isNaN(ms)) throw new RangeError('an event was scheduled in NaN milliseconds')
      if (!alive || ms === Infinity) return () => {}
      return events.add(now + Math.max(0, ms), run)
    }
    const markSettled = (): void => {
      settled = true
    }
    const filesWith = (settle: (ms: number, run: () => void) => void): Files =>
      simFiles({
        disk,
        random,
        printed,
        ioErrors: faults.ioErrors ?? 0,
        settle: (run) => {
          if (!alive) return
          settle(random.chance(0.02) ? 20 * random.next() : random.next() / 2, () => {
            settled = true
            run()
          })
        },
      })
    const envWith = (after: (ms: number, run: () => void) => Cancel, files: Files, threads: Threads): Env => ({
      clock: { now: () => Math.floor(now), monotonic: () => now - EPOCH },
      random: { next: () => random.next() },
      scheduler: {
        after,
        // Work takes time: a job of many steps lives through many checkpoints.
        soon: (run) => void after(random.next(), run),
        shouldYield: () => random.chance(0.5),
        pick: (count) => random.below(count),
        stall: () => (random.chance(0.01) ? 30 * random.next() : 0),
      },
      files,
      offloader: simOffloader({ random, schedule: after, settle: markSettled }),
      threads,
      holder,
      isAlive: (other) => lives.has(other),
    })
    const ports = new SimPorts(random, () => now, markSettled)
    const host: SimThreadsHost = {
      random,
      counts,
      now: () => now,
      schedule,
      settled: markSettled,
      envOf: (thread: SimThread) =>
        envWith((ms, run) => thread.schedule(ms, run), filesWith((ms, run) => thread.settleFile(ms, run)), threadsWithin(thread, ports)),
    }
    const env = envWith(schedule, filesWith(schedule), threading === undefined ? noThreads : threadsOf(host, ports, threading))
    return {
      env,
      get steps() {
        return steps
      },
      run: async (until, limits) => {
        const endStep = steps + limits.steps
        const endTime = now + limits.virtualMs
        while (alive) {
          // A connector may answer by promise without any I/O, so continuations get a turn now and then, and always before time jumps.
          if (settled || random.chance(0.05) || events.nextTime(now) > now + 1) {
            settled = false
            await turn()
          }
          if (until()) return 'until'
          if (events.size === 0) {
            // What runs on real turns of its own, such as a stream of Node's, may need one more.
            await turn()
            if (until()) return 'until'
            if (events.size === 0) break
          }
          if (!alive) break
          const next = events.nextTime(now)
          if (steps >= endStep || next > endTime) {
            if (steps < endStep) now = endTime
            return 'limit'
          }
          now = next
          const event = events.take(now, random.below)
          steps++
          event?.()
        }
        return 'quiet'
      },
      kill: () => {
        if (!alive) return
        alive = false
        lives.delete(holder)
        events.clear()
        disk.crash(random)
      },
    }
  }
  return { disk, printed, threads: counts, now: () => now, boot }
}
