/** What the engine may not decide by itself: time, chance, order, waiting, files and threads. One value of it is given to a run. */
import type { Files } from './files.ts'
import type { Offloader } from './offloader.ts'
import type { Threads } from './threads.ts'

export interface Clock {
  /** Wall clock, epoch milliseconds. */
  now(): number
  /** Never goes back; milliseconds since some fixed moment. */
  monotonic(): number
}

export interface Random {
  /** Uniform in [0, 1). */
  next(): number
}

export type Cancel = () => void

export interface Scheduler {
  /** Calls `wake` once, `ms` milliseconds from now or later. */
  after(ms: number, wake: () => void): Cancel
  /** Calls `turn` in a later turn of the event loop, after what is due of timers and I/O. */
  soon(turn: () => void): void
  /** Whether a loop that began at `since` (monotonic) should let the event loop run. */
  shouldYield(since: number): boolean
  /** Which of `count` things that are ready goes first, 0 … count − 1. The real one says 0; the simulator shuffles. */
  pick(count: number): number
  /** Milliseconds to hold an actor back before its next step. The real one says 0; the simulator stalls one now and then. */
  stall(): number
}

export interface Env {
  readonly clock: Clock
  readonly random: Random
  readonly scheduler: Scheduler
  readonly files: Files
  readonly offloader: Offloader
  readonly threads: Threads
  /** Who holds a lock: this process, in words that tell it from any other, dead ones included. */
  readonly holder: string
  /** Whether the process that `holder` names is alive. */
  isAlive(holder: string): boolean
}
