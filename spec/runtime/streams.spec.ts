import { expect, test, vi } from 'vitest'
import { eventTime, filter, from, fromArray, generate, keyBy, map, merge, parallelism, run, scan, sink, source, take, topology, tumbling, window, aggregate, count } from 'millrace'
import type { SinkConnector, SourceConnector } from 'millrace'
import { committedSink } from '../../lib/testing/committed-sink.ts'
import { simulatedRun } from '../../lib/testing/simulated-run.ts'

const times = Array.from({ length: 60 }, (_, i) => i * 10)

test('a split that fans out and comes together again is late on neither way', async () => {
  for (let seed = 0; seed < 60; seed++) {
    const out = committedSink<unknown>()
    const numbers = from(source('numbers', fromArray(times)))
    const both = merge(numbers.pipe(filter(() => true)), numbers.pipe(map((n) => n)))
    const flow = both.pipe(eventTime((n) => n), keyBy(() => 'all'), window(tumbling(100)), aggregate(count(), { id: 'count' }), map((w) => w.value))
    const run = await simulatedRun(topology(null, 'diamond', flow.to(sink('out', out))), { seed, crashes: 2 })
    expect({ seed, error: run.error, late: run.summary?.late, counts: out.committed }).toEqual({ seed, error: null, late: 0, counts: [20, 20, 20, 20, 20, 20] })
  }
})

test('rows that are spread in turn go on where they were after a crash', async () => {
  const results = new Set<string>()
  for (let seed = 0; seed < 60; seed++) {
    const out = committedSink<number>()
    const flow = from(source('numbers', fromArray(times))).pipe(take(2, { id: 'firsts', parallelism: 3 }))
    const run = await simulatedRun(topology(null, 'turns', flow.to(sink('out', out))), { seed, crashes: 3, tuning: { batchRows: 1 } })
    expect(run.error).toBe(null)
    results.add(JSON.stringify([...out.committed].sort((a, b) => a - b)))
  }
  expect([...results]).toEqual([JSON.stringify([0, 10, 20, 30, 40, 50])])
})

test('a stage behind parallelism(n) runs n instances and loses nothing', async () => {
  const out = committedSink<number>()
  const flow = from(source('numbers', fromArray(times))).pipe(parallelism(3), map((n) => n))
  await simulatedRun(topology(null, 'wide', flow.to(sink('out', out))), { seed: 1, crashes: 3 })
  expect([...out.committed].sort((a, b) => a - b)).toEqual(times)
})

test('a split that stays silent for idleAfter no longer holds the windows of the others', async () => {
  const out = committedSink<unknown>()
  const splits: SourceConnector<number, number> = {
    bounded: true,
    splits: () => [{ id: 'busy' }, { id: 'silent' }],
    open: (split, position, { env }) => {
      let next = position ?? 0
      const begun = env.clock.monotonic()
      return {
        poll: () => {
          if (split.id === 'silent') return { records: [], position: 0, done: env.clock.monotonic() - begun > 5_000 }
          const records = next < times.length ? [times[next]!] : []
          next += records.length
          return { records, position: next, done: next >= times.length && env.clock.monotonic() - begun > 4_000 }
        },
        close: () => undefined,
      }
    },
  }
  const firings: number[] = []
  const flow = from(source('two', splits)).pipe(
    eventTime((n) => n, { idleAfter: 100 }),
    keyBy(() => 'all'),
    window(tumbling(100)),
    aggregate(count(), { id: 'count' }),
    map((w) => w.window.start),
  )
  const began: number[] = []
  const timed: SinkConnector<number> = {
    open: ({ env }) => {
      began.push(env.clock.monotonic())
      return { write: (records: readonly number[]) => { for (const _ of records) firings.push(env.clock.monotonic() - began[0]!) }, close: () => undefined }
    },
  }
  const run = await simulatedRun(topology(null, 'idle', flow.to(sink('out', out)), flow.to(sink('timed', timed))), { seed: 3, every: 0 })
  expect(run.error).toBe(null)
  expect(out.committed).toEqual([0, 100, 200, 300, 400, 500])
  expect(firings.filter((ms) => ms < 3_000)).toHaveLength(5)
  expect(run.summary?.late).toBe(0)
})

test('a rare result of a busy source is not held back', async () => {
  const found: number[] = []
  const connector: SinkConnector<number> = { open: () => ({ write: (records: readonly number[]) => void found.push(...records), close: () => undefined }) }
  const job = await run(topology(null, 'rare', from(source('endless', generate((i) => i))).pipe(filter((i) => i === 5)).to(sink('out', connector))))
  await vi.waitFor(() => expect(found).toEqual([5]), { timeout: 4_000, interval: 5 })
  await job.stop()
})

test('a sink that does not answer stops the source within the bounds of the channels', async () => {
  let release = (): void => undefined
  const stuck = new Promise<void>((resolve) => {
    release = resolve
  })
  const connector: SinkConnector<unknown> = { open: () => ({ write: () => stuck, close: () => undefined }) }
  const flow = from(source('endless', generate((i) => i))).pipe(
    keyBy((i) => i % 7),
    scan((n) => n + 1, 0, { id: 'counts' }),
  )
  const job = await run(topology(null, 'stuck', flow.to(sink('out', connector))))
  let before = -1
  await vi.waitFor(() => {
    const { records } = job.metrics()
    const stands = records === before
    before = records
    expect(records).toBeGreaterThan(0)
    expect(stands).toBe(true)
  }, { timeout: 4_000, interval: 50 })
  // Two channels of 4 × 1,024 rows, each with a batch beyond its credit, and what the actors hold open.
  expect(job.metrics().records).toBeLessThan(2 * 5 * 1_024 + 4 * 1_024)
  release()
  await job.stop()
})
