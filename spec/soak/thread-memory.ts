/** Memory of each thread of this process, told by the threads themselves when they are asked. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { BroadcastChannel, isMainThread } from 'node:worker_threads'

/** Bytes, after a collection. */
export interface ThreadMemory {
  readonly thread: string
  /** JavaScript objects. */
  readonly heap: number
  /** Typed arrays, which lie beside them. */
  readonly buffers: number
}

const NAME = 'millrace-soak-memory'
const QUESTION = 'how much?'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

/** Of this thread, under that name. */
export const memoryHere = (thread: string): ThreadMemory => {
  // The second finds what finalizers of the first let go.
  collectGarbage()
  collectGarbage()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return { thread, heap: heapUsed, buffers: arrayBuffers }
}

/** Answers under that name, until the function it returns is called. The thread that asks looks for itself. */
export const answerAs = (thread: string): (() => void) => {
  if (isMainThread) return () => undefined
  const channel = new BroadcastChannel(NAME)
  channel.unref()
  channel.onmessage = ({ data }) => {
    if (data === QUESTION) channel.postMessage(memoryHere(thread))
  }
  return () => channel.close()
}

/** Asks the others: resolves when as many as `others` have answered. @throws when they have not within `patienceMs` */
export const memoryOfOthers = (others: number, patienceMs: number): Promise<readonly ThreadMemory[]> => {
  if (others === 0) return Promise.resolve([])
  const channel = new BroadcastChannel(NAME)
  const answers: ThreadMemory[] = []
  return new Promise<readonly ThreadMemory[]>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${answers.length} of ${others} threads said how much memory they have`)), patienceMs)
    channel.onmessage = ({ data }) => {
      answers.push(data as ThreadMemory)
      if (answers.length < others) return
      clearTimeout(timer)
      resolve(answers.toSorted((a, b) => a.thread.localeCompare(b.thread)))
    }
    channel.postMessage(QUESTION)
  }).finally(() => channel.close())
}
