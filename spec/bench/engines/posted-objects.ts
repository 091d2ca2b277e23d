/**
 * Two threads by hand: one makes, maps and filters records and posts arrays of objects, the other has the windows, as objects in Maps.
 * Posts that the other has not taken are at most 16.
 */
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads'
import { sharedNow } from '../clock.ts'
import { change, heavyChange, heavyRecordAt, isKept, recordAt } from '../generator.ts'
import type { BenchRecord } from '../generator.ts'
import type { Workload } from '../workload.ts'
import { Fold, WindowsByHand } from './by-hand.ts'
import type { EngineRun } from './engine-run.ts'

const ROWS = 1_024
const POSTS_MAX = 16

/** An array of records; or that the first of them, or the first of their second half, will be made now; or the end. */
type Post = readonly BenchRecord[] | { readonly mark: 'began' | 'halfWay'; readonly at: number } | null

/** @throws for a workload without map and filter before a tumbling window */
export const postedObjects = (workload: Workload): Promise<EngineRun> => {
  const { window, disorder, before } = workload
  if (window === null || before === 'nothing') throw new Error(`${workload.name} is none that posted objects are for`)
  const asked = sharedNow()
  const fold = new Fold()
  const windows = new WindowsByHand(window.size, window.slide, disorder - 1, (result) => fold.add(result))
  const marks = { began: NaN, halfWay: NaN }
  return new Promise((resolve, reject) => {
    const thread = new Worker(new URL(import.meta.url), { workerData: workload })
    thread.on('error', reject)
    thread.on('message', (post: Post) => {
      if (post === null) {
        windows.end()
        const { outputs, sumCount, sumValue } = fold
        const [startSeconds, secondHalfSeconds] = [(marks.began - asked) / 1_000, (sharedNow() - marks.halfWay) / 1_000]
        return resolve({ totals: { outputs, sumCount, sumValue }, checkpoints: [], startSeconds, secondHalfSeconds })
      }
      if ('mark' in post) return void (marks[post.mark] = post.at)
      for (const record of post) windows.add(record)
      thread.postMessage(0)
    })
  })
}

const send = ({ records, keys, disorder, before }: Workload, port: NonNullable<typeof parentPort>): void => {
  const at: (index: number) => BenchRecord = before === 'heavy' ? (index) => heavyChange(heavyRecordAt(index, keys, disorder)) : (index) => change(recordAt(index, keys, disorder))
  const post = (what: Post): void => port.postMessage(what)
  let index = 0
  let credit = POSTS_MAX
  let isSecondHalf = false
  const go = (): void => {
    while (credit > 0 && index < records) {
      if (!isSecondHalf && index >= records / 2) {
        isSecondHalf = true
        post({ mark: 'halfWay', at: sharedNow() })
      }
      const rows: BenchRecord[] = []
      while (rows.length < ROWS && index < records) {
        const record = at(index++)
        if (isKept(record)) rows.push(record)
      }
      credit--
      post(rows)
    }
    if (index < records || port.listenerCount('message') === 0) return
    port.removeAllListeners('message')
    post(null)
    port.close()
  }
  port.on('message', () => {
    credit++
    go()
  })
  post({ mark: 'began', at: sharedNow() })
  go()
}

if (!isMainThread && parentPort !== null) send(workerData as Workload, parentPort)
