/** What a thread of an offload pool runs: calls of one function of one module, a group of records a time. */
import { workerData } from 'node:worker_threads'
import { sharedNanoseconds } from '../env/shared-clock.ts'
import { callEach, functionIn, notLoaded } from './offloaded-call.ts'
import type { Found } from './offloaded-call.ts'

export interface OffloadWork {
  readonly module: string
  readonly name: string
}

export interface OffloadGroup {
  readonly bytes: Uint8Array<ArrayBuffer>
  /** Where the thread says when it began its present call; null: nobody looks. */
  readonly began: BigInt64Array<SharedArrayBuffer> | null
}

export type OffloadAnswer =
  | { readonly type: 'outcomes'; readonly bytes: Uint8Array<ArrayBuffer>; /** Milliseconds of work. */ readonly spent: number }
  | { readonly type: 'unfit'; readonly found: Exclude<Found, { fn: unknown }> }

const load = async ({ module, name }: OffloadWork): Promise<Found> => {
  try {
    return functionIn((await import(module)) as Readonly<Record<string, unknown>>, module, name)
  } catch (error) {
    return notLoaded(error, module)
  }
}

const loading = load(workerData as OffloadWork)

const offloadTask = async ({ bytes, began }: OffloadGroup): Promise<OffloadAnswer> => {
  const found = await loading
  if (!('fn' in found)) return { type: 'unfit', found }
  const from = sharedNanoseconds()
  const outcomes = await callEach(found.fn, bytes, () => {
    if (began !== null) Atomics.store(began, 0, sharedNanoseconds())
  })
  return { type: 'outcomes', bytes: outcomes, spent: Number(sharedNanoseconds() - from) / 1e6 }
}

export default offloadTask
