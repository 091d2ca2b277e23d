/** The real Env: this thread's clocks, timers, chance, files and further threads. */
import { existsSync, readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { fileURLToPath } from 'node:url'
import { threadedOffloader } from '../workers/offload-pool.ts'
import type { Env } from './env.ts'
import { realFiles } from './real-files.ts'
import { realThreads } from '../workers/slot-pool.ts'

/** Node fires a longer timer at once. */
const TIMER_MAX = 2 ** 31 - 1
/** Milliseconds a loop may run before the event loop has its turn. */
const TURN_MS = 8

interface Holder {
  readonly pid: number
  /** Start of the process in clock ticks since boot, from /proc; null where there is none. */
  readonly start: string | null
  readonly host: string
  readonly since: string
}

/** State and start time of a process: fields 3 and 22 of /proc/PID/stat (proc(5)); its name may hold spaces and parentheses. */
const processFacts = (pid: number): { readonly state: string; readonly start: string } | null => {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    return { state: fields[0] ?? '', start: fields[19] ?? '' }
  } catch {
    return null
  }
}

const isRunning = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

const isAlive = (text: string): boolean => {
  let holder: Holder
  try {
    holder = JSON.parse(text) as Holder
  } catch {
    return false
  }
  if (typeof holder !== 'object' || holder === null || !Number.isInteger(holder.pid) || holder.pid <= 0) return false
  if (holder.host !== hostname()) return true
  const facts = processFacts(holder.pid)
  if (facts !== null) return facts.state !== 'Z' && facts.state !== 'X' && (holder.start === null || holder.start === facts.start)
  return processFacts(process.pid) === null && isRunning(holder.pid)
}

/** Whether the process runs for its users, and not for who develops it. */
export const isProduction = (): boolean => process.env['NODE_ENV'] === 'production'

const later = (ms: number, wake: () => void): (() => void) => {
  const timer = setTimeout(wake, ms)
  timer.unref()
  return () => clearTimeout(timer)
}

export const realEnv = (): Env => {
  const after = (ms: number, wake: () => void): (() => void) => {
    const due = performance.now() + ms
    let timer: NodeJS.Timeout
    // Node counts a timer in whole milliseconds, from the start of the turn it was set in: it may come up to one too early.
    const arm = (): void => {
      timer = setTimeout(() => (performance.now() < due ? arm() : wake()), Math.min(TIMER_MAX, Math.max(0, Math.ceil(due - performance.now()))))
    }
    arm()
    return () => clearTimeout(timer)
  }
  const holder: Holder = { pid: process.pid, start: processFacts(process.pid)?.start ?? null, host: hostname(), since: new Date().toISOString() }
  return {
    clock: { now: () => Date.now(), monotonic: () => performance.now() },
    random: { next: () => Math.random() },
    scheduler: {
      after,
      soon: (turn) => void setImmediate(turn),
      shouldYield: (since) => performance.now() - since >= TURN_MS,
      pick: () => 0,
      stall: () => 0,
    },
    files: realFiles(),
    offloader: threadedOffloader(after, (url) => existsSync(fileURLToPath(url))),
    threads: realThreads(later),
    holder: JSON.stringify(holder),
    isAlive,
  }
}
