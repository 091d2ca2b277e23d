/** Whole jobs that do next to nothing: what a record costs on its way, start and end of the job included. */
import { discard, filter, from, generate, isolate, keyBy, map, run, sink, source, topology } from 'millrace'
import type { DataStream } from 'millrace'
import type { Case } from '../micro.ts'

const records = 2_000_000

const job = (name: string, stages: (numbers: DataStream<number>) => DataStream<number>): Case => ({
  name,
  count: records,
  prepare: () => async () => {
    const numbers = from(source('numbers', generate((index) => index, { count: records })))
    const running = await run(topology(null, 'job', stages(numbers).to(sink('nowhere', discard()))))
    await running.completed
  },
})

export const cases: readonly (() => Case)[] = [
  () => job('generate to discard', (numbers) => numbers),
  () => job('with map and filter', (numbers) => numbers.pipe(map((n) => n + 1), filter((n) => n > 0))),
  () => job('with map and filter, from another actor', (numbers) => numbers.pipe(isolate(), map((n) => n + 1), filter((n) => n > 0))),
  () => job('with keyBy', (numbers) => numbers.pipe(keyBy((n) => n & 1_023), map((n) => n + 1))),
]
