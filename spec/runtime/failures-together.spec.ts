import { expect, test } from 'vitest'
import { exponential, from, fromArray, keyBy, oneForOne, scan, sink, source, topology } from 'millrace'
import { committedSink } from '../../lib/testing/committed-sink.ts'
import { simulatedRun } from '../../lib/testing/simulated-run.ts'

test('several actors of a region that fail before it is disposed of restart it once', async () => {
  const supervision = oneForOne({ intensity: 1000, backoff: exponential({ from: 1, to: 1, jitter: 0 }) })
  for (let seed = 0; seed < 30; seed++) {
    const out = committedSink<unknown>()
    const failed = new Set<number>()
    const collected = (all: number[], n: number): number[] => {
      all.push(n)
      if (n >= 8 && !failed.has(n)) {
        failed.add(n)
        throw new Error(`${n} is not taken at once`)
      }
      return all
    }
    const numbers = from(source('numbers', fromArray(Array.from({ length: 40 }, (_, i) => i))))
    const flow = numbers.pipe(keyBy((n) => n % 8, { parallelism: 8 }), scan(collected, [] as number[], { id: 'all' }))
    const run = await simulatedRun(topology(null, 'together', flow.to(sink('out', out))), { seed, every: 1, run: { supervision }, tuning: { batchRows: 1 } })
    expect({ seed, error: run.error, outcome: run.outcome, out: out.committed.length }).toEqual({ seed, error: null, outcome: 'ended', out: 40 })
  }
})
