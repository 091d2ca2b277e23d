/**
 * Threads of a Piscina pool, one long-lived task on each. Knows nothing of what the tasks do.
 *
 * Threads whose tasks have all returned are kept for a while: the next job of the process finds them started, with the engine's code loaded
 * and compiled.
 */
import type { TransferListItem } from 'node:worker_threads'
import { Piscina } from 'piscina'
import type { Cancel } from '../env/env.ts'
import { threadArguments } from '../env/threads.ts'
import type { Thread, ThreadPool, ThreadTask, Threads } from '../env/threads.ts'
import { messagePort, rawPair, threadPort } from './port.ts'

/** Milliseconds that idle threads are kept; no longer than the process has other things to do. */
const KEPT_MS = 10_000

interface KeptPool {
  readonly piscina: Piscina
  readonly stay: Cancel
}

/** By task and number of threads. */
const kept = new Map<string, KeptPool>()

const started = (task: string, threads: number): Piscina =>
  new Piscina({
    filename: task,
    minThreads: threads,
    maxThreads: threads,
    concurrentTasksPerWorker: 1,
    // A thread that waits in Atomics.wait would run neither timers nor I/O.
    atomics: 'async',
    idleTimeout: Infinity,
    maxQueue: 0,
    execArgv: threadArguments(task),
  })

/** A timer that does not keep the process alive. */
export type Later = (ms: number, wake: () => void) => Cancel

class SlotPool implements ThreadPool {
  private readonly name: string
  private readonly piscina: Piscina
  private readonly later: Later
  private running = 0
  private hasFailed = false

  constructor(task: string, threads: number, later: Later) {
    this.later = later
    this.name = `${threads} ${task}`
    const found = kept.get(this.name)
    kept.delete(this.name)
    found?.stay()
    this.piscina = found?.piscina ?? started(task, threads)
  }

  start(data: unknown): Thread {
    const [here, there] = rawPair()
    const ended = this.piscina.run({ port: there, data } satisfies ThreadTask, { transferList: [there as unknown as TransferListItem] }) as Promise<void>
    this.running++
    ended.then(
      () => this.running--,
      () => (this.hasFailed = true),
    )
    return { port: threadPort(messagePort(here)), ended }
  }

  async close(): Promise<void> {
    const { name, piscina } = this
    if (this.running > 0 || this.hasFailed || kept.has(name)) return piscina.destroy()
    const stay = this.later(KEPT_MS, () => {
      kept.delete(name)
      void piscina.destroy()
    })
    kept.set(name, { piscina, stay })
  }
}

export const realThreads = (later: Later): Threads => ({
  pair: rawPair,
  port: (end) => threadPort(messagePort(end)),
  pool: (module, threads) => new SlotPool(module, threads, later),
})
