/** Threads where there are none. */
import type { Threads } from './threads.ts'

const none = (): never => {
  throw new Error('this Env has no threads')
}

export const noThreads: Threads = { pair: none, port: none, pool: none }
