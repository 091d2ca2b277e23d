/** Windows at the far side of a shuffle, with senders that combine and with senders that do not. */
import { describe, expect, test } from 'vitest'
import {
  aggregate, collect, count, eventTime, from, fromArray, generate, isolate, keyBy, map, oneForOne, run, sideOutput, sink, sliding, source, sum, topology, tumbling,
  window,
} from 'millrace'
import type { DataStream, Topology, Windowed } from 'millrace'
import { seededRandom } from '../../lib/env/sim-random.ts'
import { instanceOfGroup, keyGroup } from '../../lib/state/key-group.ts'
import { keyHash } from '../../lib/state/key.ts'
import { committedSink } from '../../lib/testing/committed-sink.ts'
import { simulatedRun } from '../../lib/testing/simulated-run.ts'

interface Reading {
  readonly id: number
  readonly key: string
  readonly at: number
  readonly value: number
}
type Result = Windowed<string, { readonly n: number; readonly total: number }>

/** Out of order by up to `disorder` milliseconds. */
const readings = (seed: number, length: number, keys: number, disorder: number): Reading[] => {
  const random = seededRandom(seed)
  return Array.from({ length }, (_, id) => ({ id, key: `k${random.below(keys)}`, at: 3 * id - random.below(disorder + 1), value: random.below(7) - 0.1 }))
}

const modes = [true, false]

describe('from one split to several receivers', () => {
  const receivers = 3
  const windowed = (input: readonly Reading[], form: ReturnType<typeof tumbling> | ReturnType<typeof sliding>, valueOf = (r: Reading) => r.value) => {
    const [out, lateOut, late] = [committedSink<Result>(), committedSink<Reading>(), sideOutput<Reading>('late')]
    const results = from(source('readings', fromArray(input))).pipe(
      eventTime((r) => r.at, { outOfOrderness: 5 }),
      keyBy((r) => r.key, { parallelism: receivers }),
      window(form, { allowedLateness: 20, lateTo: late }),
      aggregate({ n: count(), total: sum(valueOf) }, { id: 'fold' }),
    )
    return { out, lateOut, topology: topology(null, 'wide', results.to(sink('out', out)), from(late).to(sink('late-out', lateOut))) }
  }
  const receiverOf = (key: string): number => instanceOfGroup(keyGroup(keyHash(key), 128), receivers, 128)
  const outcome = async (seed: number, combines: boolean, crashes: number) => {
    const { out, lateOut, topology: job } = windowed(readings(seed, 150, 9, 60), seed % 2 === 0 ? tumbling(20) : sliding(20, 8))
    const { error } = await simulatedRun(job, { seed, crashes, combineOfLife: () => combines })
    return { error, out: Array.from({ length: receivers }, (_, i) => out.committed.filter(({ key }) => receiverOf(key) === i)), late: new Set(lateOut.committed.map(({ id }) => id)) }
  }

  test('results of each receiver, their order and the late set are the same with and without', { timeout: 60_000 }, async () => {
    let late = 0
    for (let seed = 0; seed < 25; seed++) {
      const [combined, plain] = await Promise.all(modes.map((combines) => outcome(seed, combines, combines ? 3 : 0)))
      expect({ seed, ...combined }).toEqual({ seed, ...plain })
      late += plain!.late.size
    }
    expect(late).toBeGreaterThan(60)
  })

  test('a value that cannot be had is tried three times, and its record buried with its place and the stage that wanted it', async () => {
    const valueOf = (r: Reading): number => {
      if (r.id === 41) throw new Error('no value')
      return r.value
    }
    const { out, topology: job } = windowed(readings(1, 60, 4, 0), tumbling(20), valueOf)
    const { deadLetters } = await simulatedRun(job, { seed: 1, combineOfLife: () => true })
    expect(deadLetters).toMatchObject([{ record: { id: 41 }, attempt: 3, reason: 'poison', position: "record 42 of 'readings/0-of-1'", error: { operatorId: 'fold', message: 'no value' } }])
    expect(out.committed.reduce((n, { value }) => n + value.n, 0)).toBe(59)
  })

  test('what was combined before a stage of the sender’s chain was stopped goes on', async () => {
    const out = collect<Result>()
    const stopping = map(
      (r: Reading) => {
        if (r.id === 20) throw new Error('enough')
        return r
      },
      { supervision: oneForOne({ decide: () => 'stop' }) },
    )
    const flow = from(source('readings', fromArray(readings(1, 60, 4, 0)))).pipe(
      eventTime((r) => r.at),
      stopping,
      keyBy((r) => r.key, { parallelism: receivers }),
      window(tumbling(1000)),
      aggregate({ n: count(), total: sum((r) => r.value) }, { id: 'fold' }),
    )
    await (await run(topology(null, 'stopped', flow.to(sink('out', out))))).completed
    expect(out.records.reduce((n, { value }) => n + value.n, 0)).toBe(20)
  })
})

describe('from several splits, with records behind their own watermark', () => {
  /** The senders stand in actors of their own: behind a restart they hear of one input’s watermark before another’s. */
  const job = (input: readonly Reading[]): { topology: Topology; counted: () => number; late: () => readonly unknown[] } => {
    const [out, lateOut, late] = [committedSink<Result>(), committedSink<unknown>(), sideOutput<Reading>('late')]
    const results: DataStream<Result> = from(source('readings', generate((i) => input[i]!, { count: input.length, ratePerSecond: 5_000 }))).pipe(
      eventTime((r) => r.at),
      isolate(),
      map((r) => r, { parallelism: 2 }),
      keyBy((r) => r.key),
      window(tumbling(10), { lateTo: late }),
      aggregate({ n: count(), total: sum((r) => r.value) }, { id: 'fold' }),
    )
    const flows = [results.to(sink('out', out)), from(late).to(sink('late-out', lateOut))]
    return { topology: topology(null, 'late', ...flows), counted: () => out.committed.reduce((n, { value }) => n + value.n, 0), late: () => lateOut.committed }
  }

  test('each is counted in one window or late by itself, whatever crashes, rescales and is switched on or off', { timeout: 60_000 }, async () => {
    const ofLife = [3, 1, 4, 2]
    let lateOnes = 0
    for (let seed = 0; seed < 50; seed++) {
      const { topology: built, counted, late } = job(readings(seed, 120, 5, 80))
      const { error, outcome } = await simulatedRun(built, { seed, crashes: 4, every: 2, tuning: { batchRows: 2 }, run: { parallelism: 3 }, parallelismOfLife: (life) => ofLife[life % 4]! })
      expect({ seed, error, outcome, records: counted() + late().length }).toEqual({ seed, error: null, outcome: 'ended', records: 120 })
      expect(late().every((record) => typeof (record as Reading).id === 'number')).toBe(true)
      lateOnes += late().length
    }
    expect(lateOnes).toBeGreaterThan(400)
  })
})

test('more keys than a sender holds, often and rarely seen, give the same results', async () => {
  for (const repeats of [6, 1]) {
    const records = Array.from({ length: 60_000 }, (_, i) => ({ key: Math.floor(i / repeats) % 20_000, at: Math.floor(i / 30_000), value: i }))
    const outcomes: unknown[] = []
    for (const combine of modes) {
      const out = collect<Windowed<number, unknown>>()
      const flow = from(source('records', fromArray(records))).pipe(
        eventTime((r) => r.at),
        keyBy((r) => r.key),
        window(tumbling(1)),
        aggregate({ n: count(), total: sum((r) => r.value) }, { id: 'fold' }),
      )
      await (await run(topology(null, 'many', flow.to(sink('out', out))), { parallelism: 2, combine })).completed
      outcomes.push(out.records.map(({ key, window: { start }, value }) => ({ key, start, value })).toSorted((a, b) => a.start - b.start || a.key - b.key))
    }
    expect(outcomes[0]).toEqual(outcomes[1])
  }
})

test('combine is true or false', async () => {
  const job = topology(null, 'any', from(source('none', fromArray<number>([]))).to(sink('out', collect())))
  await expect(run(job, { combine: 'yes' as unknown as boolean })).rejects.toThrow(/OPTION_INVALID.*combine must be true or false/)
})
