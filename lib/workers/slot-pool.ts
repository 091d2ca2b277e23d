/** Threads of a Piscina pool, one long-lived task on each. Knows nothing of what the tasks do. */
import type { TransferListItem } from 'node:worker_threads'
import { Piscina } from 'piscina'
import { threadArguments } from '../env/threads.ts'
import type { Thread, ThreadPool, ThreadTask, Threads } from '../env/threads.ts'
import { messagePort, rawPair, threadPort } from './port.ts'

class SlotPool implements ThreadPool {
  private readonly pool: Piscina

  constructor(task: string, threads: number) {
    this.pool = new Piscina({
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
  }

  start(data: unknown): Thread {
    const [here, there] = rawPair()
    const ended = this.pool.run({ port: there, data } satisfies ThreadTask, { transferList: [there as unknown as TransferListItem] }) as Promise<void>
    return { port: threadPort(messagePort(here)), ended }
  }

  close(): Promise<void> {
    return this.pool.destroy()
  }
}

export const realThreads: Threads = {
  pair: rawPair,
  port: (end) => threadPort(messagePort(end)),
  pool: (module, threads) => new SlotPool(module, threads),
}
