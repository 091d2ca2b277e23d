/** Threads of a Piscina pool, one long-lived task on each. Knows nothing of what the tasks do. */
import type { MessagePort, TransferListItem } from 'node:worker_threads'
import { MessageChannel } from 'node:worker_threads'
import { Piscina } from 'piscina'
import { threadArguments } from '../env/threads.ts'

export interface Thread {
  readonly port: MessagePort
  /** Resolves when the task ends; rejects where its thread dies. */
  readonly ended: Promise<void>
}

export class SlotPool {
  private readonly pool: Piscina

  /** `task`: URL of a module whose default export takes `{ port, data }`. */
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
    const { port1, port2 } = new MessageChannel()
    const ended = this.pool.run({ port: port2, data }, { transferList: [port2 as unknown as TransferListItem] }) as Promise<void>
    return { port: port1, ended }
  }

  close(): Promise<void> {
    return this.pool.destroy()
  }
}
