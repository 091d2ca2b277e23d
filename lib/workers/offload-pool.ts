/**
 * Threads of a Piscina pool that call one function. Records cross in groups: a crossing costs some 30 µs, as much as many a call. A group
 * is one record at first, and then about as many as take two milliseconds, if so many wait.
 */
import { Piscina } from 'piscina'
import type { CallOutcome, Offloader, OffloadPool, OffloadedFunction } from '../env/offloader.ts'
import { sharedNanoseconds } from '../env/shared-clock.ts'
import { cores, threadArguments } from '../env/threads.ts'
import type { OffloadAnswer, OffloadGroup, OffloadWork } from './offload-task.ts'
import { checkModule, decodeOutcomes, encodeRecords, refusedRecord, unfit } from './offloaded-call.ts'

/** Milliseconds of work that go to a thread at a time, and records at most. */
const GROUP_MS = 2
const GROUP_MAX = 128

interface Waiting {
  readonly record: unknown
  readonly done: (outcome: CallOutcome) => void
  /** The thread of its group has died: called by itself, it shows whether it was the one to blame. */
  readonly isAlone: boolean
}

type After = (ms: number, wake: () => void) => () => void

class ThreadedOffloadPool implements OffloadPool {
  readonly #called: OffloadedFunction
  readonly #after: After
  readonly #waiting: Waiting[] = []
  #pool: Piscina | null = null
  #busy = 0
  /** Records of a group that took long enough. */
  #group = 1
  #isClosed = false

  constructor(called: OffloadedFunction, after: After) {
    this.#called = called
    this.#after = after
  }

  get room(): number {
    return 2 * this.#called.threads * this.#group
  }

  call(record: unknown, done: (outcome: CallOutcome) => void): void {
    this.#waiting.push({ record, done, isAlone: false })
    this.#send()
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#waiting.length = 0
    await this.#pool?.destroy()
  }

  #send(): void {
    while (this.#waiting.length > 0 && this.#busy < this.#called.threads) void this.#run(this.#next())
  }

  #next(): readonly Waiting[] {
    const isAlone = this.#waiting.findIndex((waiting) => waiting.isAlone)
    return this.#waiting.splice(0, isAlone === 0 ? 1 : Math.min(this.#group, isAlone < 0 ? this.#group : isAlone))
  }

  async #run(group: readonly Waiting[]): Promise<void> {
    const { name } = this.#called
    const { items, bytes } = encodeRecords(group, ({ done }, error) => done(refusedRecord(error, name)))
    if (items.length === 0) return
    this.#busy++
    const answer = await this.#answerTo(bytes)
    this.#busy--
    if (!this.#isClosed) this.#take(items, answer)
  }

  #take(items: readonly Waiting[], answer: OffloadAnswer | { readonly type: 'died'; readonly why: string }): void {
    const { name, module } = this.#called
    switch (answer.type) {
      case 'outcomes':
        this.#group = Math.max(1, Math.min(GROUP_MAX, Math.round((GROUP_MS * items.length) / Math.max(answer.spent, 1e-3))))
        // First of all the thread gets something to do.
        this.#send()
        return decodeOutcomes(answer.bytes, name).forEach((outcome, index) => items[index]!.done(outcome))
      case 'unfit':
        return items.forEach(({ done }) => done(unfit(answer.found)))
      case 'died':
        if (items.length > 1) this.#waiting.unshift(...items.map(({ record, done }) => ({ record, done, isAlone: true })))
        this.#send()
        if (items.length === 1) items[0]!.done({ type: 'failed', error: new Error(`'${name}' of ${module} ${answer.why}`) })
    }
  }

  async #answerTo(bytes: Uint8Array<ArrayBuffer>): Promise<OffloadAnswer | { readonly type: 'died'; readonly why: string }> {
    const { timeout } = this.#called
    const pool = (this.#pool ??= this.#start())
    const ending = new AbortController()
    const began = timeout === Infinity ? null : new BigInt64Array(new SharedArrayBuffer(8))
    const stopWatching = began === null ? () => undefined : this.#watch(began, () => ending.abort())
    try {
      return (await pool.run({ bytes, began } satisfies OffloadGroup, began === null ? {} : { signal: ending.signal })) as OffloadAnswer
    } catch (error) {
      if (ending.signal.aborted) return { type: 'died', why: `took longer than its timeout of ${timeout} ms; its thread was ended` }
      return { type: 'died', why: `did not return, because its thread died: ${error instanceof Error ? error.message : String(error)}` }
    } finally {
      stopWatching()
    }
  }

  /** Calls `late` once a call, and not the start of its thread, has taken too long. */
  #watch(began: BigInt64Array, late: () => void): () => void {
    const { timeout } = this.#called
    let cancel: () => void
    const look = (): void => {
      const at = Atomics.load(began, 0)
      const left = at === 0n ? timeout : timeout - Number(sharedNanoseconds() - at) / 1e6
      if (left <= 0) late()
      else cancel = this.#after(left, look)
    }
    cancel = this.#after(timeout, look)
    return () => cancel()
  }

  #start(): Piscina {
    const { module, name, threads } = this.#called
    const isSource = import.meta.url.endsWith('.ts')
    const task = new URL(`./offload-task.${isSource ? 'ts' : 'js'}`, import.meta.url).href
    const pool = new Piscina({
      filename: task,
      minThreads: 0,
      maxThreads: threads,
      concurrentTasksPerWorker: 1,
      atomics: 'disabled',
      idleTimeout: Infinity,
      execArgv: threadArguments(module.endsWith('.ts') ? module : task),
      workerData: { module, name } satisfies OffloadWork,
    })
    // A thread that dies between two calls harms nobody: the next call gets another.
    pool.on('error', () => undefined)
    return pool
  }
}

/** `exists`: whether there is a file at that URL. */
export const threadedOffloader = (after: After, exists: (url: string) => boolean): Offloader => ({
  cores: cores(),
  open: (called) => {
    checkModule(called, exists)
    return new ThreadedOffloadPool(called, after)
  },
})
