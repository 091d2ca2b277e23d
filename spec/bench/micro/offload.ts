/** A function called on threads of its own: what a record costs there and back, start of the job and its threads included. */
import { discard, from, generate, map, offload, run, sink, source, topology } from 'millrace'
import type { DataStream } from 'millrace'
import type { Case } from '../micro.ts'
import { work } from '../offloaded.ts'
import type * as functions from '../offloaded.ts'

const module = new URL('../offloaded.ts', import.meta.url)

const job = (name: string, records: number, stage: (numbers: DataStream<number>) => DataStream<number>): Case => ({
  name,
  count: records,
  prepare: () => async () => {
    const numbers = from(source('numbers', generate((index) => index, { count: records })))
    const running = await run(topology(null, 'job', stage(numbers).to(sink('nowhere', discard()))))
    await running.completed
  },
})

export const cases: readonly (() => Case)[] = [
  () => job('a call that does nothing, one thread', 100_000, (numbers) => numbers.pipe(offload<typeof functions.same>(module, 'same', { concurrency: 1 }))),
  () => job('a call that does nothing, two threads', 100_000, (numbers) => numbers.pipe(offload<typeof functions.same>(module, 'same', { concurrency: 2 }))),
  () => job('50 µs of work in map', 10_000, (numbers) => numbers.pipe(map(work))),
  () => job('50 µs of work, one thread', 10_000, (numbers) => numbers.pipe(offload<typeof functions.work>(module, 'work', { concurrency: 1 }))),
  () => job('50 µs of work, two threads', 10_000, (numbers) => numbers.pipe(offload<typeof functions.work>(module, 'work', { concurrency: 2 }))),
]
