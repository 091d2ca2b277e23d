/**
 * A simulated world: one seed gives one course of events. Time is virtual; of the events that are due the seed says which comes first;
 * files answer late and in any order; a process can be killed between two events, and boots again on what the disk has kept.
 */
import type { Cancel, Env } from './env.ts'
import type { Files } from './files.ts'
import { SimDisk } from './sim-disk.ts'
import { simFiles } from './sim-files.ts'
import { seededRandom } from './sim-random.ts'

export interface SimFaults {
  /** Share of file operations that fail with EIO or ENOSPC. */
  readonly ioErrors?: number
}

export interface SimWorldOptions {
  readonly seed: number
  readonly faults?: SimFaults
}

export interface SimLimits {
  /** Events at most. */
  readonly steps: number
  readonly virtualMs: number
}

/** 'quiet': no event is left. */
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
  now(): number
  boot(): SimProcess
}

interface Event {
  readonly at: number
  readonly run: () => void
}

/** Start of virtual time, epoch milliseconds: any fixed moment would do. */
const EPOCH = 1_700_000_000_000
/** Turns of the event loop granted to promise continuations after an event. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

export const simWorld = ({ seed, faults = {} }: SimWorldOptions): SimWorld => {
  const random = seededRandom(seed)
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
    const events = new Set<Event>()
    const schedule = (ms: number, run: () => void): Cancel => {
      const event: Event = { at: now + Math.max(0, ms), run }
      events.add(event)
      return () => void events.delete(event)
    }
    const io: Files = simFiles({
      disk,
      random,
      printed,
      ioErrors: faults.ioErrors ?? 0,
      settle: (run) => {
        if (!alive) return
        schedule(random.chance(0.02) ? 20 * random.next() : random.next() / 2, () => {
          settled = true
          run()
        })
      },
    })
    const env: Env = {
      clock: { now: () => Math.floor(now), monotonic: () => now - EPOCH },
      random: { next: () => random.next() },
      scheduler: {
        after: (ms, wake) => schedule(ms, wake),
        // Work takes time: a job of many steps lives through many checkpoints.
        soon: (run) => void schedule(random.next(), run),
        shouldYield: () => random.chance(0.5),
        pick: (count) => random.below(count),
      },
      files: io,
      holder,
      isAlive: (other) => lives.has(other),
    }
    /** Of those due now one by chance; else the earliest, to which time jumps. */
    const takeEvent = (): Event | undefined => {
      let earliest: Event | undefined
      const due: Event[] = []
      for (const event of events) {
        if (event.at <= now) due.push(event)
        else if (earliest === undefined || event.at < earliest.at) earliest = event
      }
      const event = due.length > 0 ? due[random.below(due.length)] : earliest
      if (event !== undefined) {
        events.delete(event)
        now = Math.max(now, event.at)
      }
      return event
    }
    return {
      env,
      get steps() {
        return steps
      },
      run: async (until, limits) => {
        const endStep = steps + limits.steps
        const endTime = now + limits.virtualMs
        for (;;) {
          // A connector may answer by promise without any I/O, so continuations get a turn now and then, and whenever nothing else is left.
          if (settled || events.size === 0 || random.chance(0.05)) {
            settled = false
            await turn()
          }
          if (until()) return 'until'
          if (steps >= endStep || now > endTime) return 'limit'
          const event = takeEvent()
          if (event === undefined) {
            await turn()
            if (until()) return 'until'
            if (events.size === 0) return 'quiet'
            continue
          }
          steps++
          event.run()
        }
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
  return { disk, printed, now: () => now, boot }
}
