/** Checkpoints whose state takes many steps to write: what may happen meanwhile. */
import { beforeAll, describe, expect, test } from 'vitest'
import { aggregate, count, from, generate, isolate, keyBy, map, sink, source, sum, topology } from 'millrace'
import type { JobEvent, SinkWriter, Topology } from 'millrace'
import { committedSink } from '../../lib/testing/committed-sink.ts'
import type { CommittedSink } from '../../lib/testing/committed-sink.ts'
import { afterCheckpoints, live, startOf, taken, world } from './simulated-life.ts'
import type { LifeOptions } from './simulated-life.ts'

const RECORDS = 60_000
/** Three runs of keys, so that some steps pass before the state is written. */
const KEYS = 40_000
const options: LifeOptions = { every: 1, batchRows: 512, keep: 1 }

const job = (out: CommittedSink<unknown>): Topology =>
  topology(
    null,
    't',
    from(source('numbers', generate((i) => i, { count: RECORDS })))
      .pipe(
        map((i) => ({ key: (i * 7919) % KEYS, v: i / 10 })),
        isolate(),
        keyBy((row) => row.key),
        aggregate({ n: count(), total: sum((row) => row.v) }, { id: 'running' }),
      )
      .to(sink('out', out)),
  )

let expected: readonly unknown[] = []
beforeAll(async () => {
  const out = committedSink<unknown>()
  await live(world(), job(out), { ...options, every: null })
  expected = out.committed
})
/** Equal, and of a failure no list of sixty thousand. */
const expectAll = (out: CommittedSink<unknown>): void => expect(out.committed.length === expected.length && JSON.stringify(out.committed) === JSON.stringify(expected)).toBe(true)

describe('while a state is being written', () => {
  test('the process may die at any step', async () => {
    const { steps } = await live(world(), job(committedSink()), options)
    let resumed = 0
    for (let at = 30; at < steps; at += Math.ceil(steps / 12)) {
      const on = world(at)
      const out = committedSink<unknown>()
      await live(on, job(out), { ...options, steps: at })
      const life = await live(on, job(out), options)
      if (startOf(life)?.from !== 'new') resumed++
      expectAll(out)
    }
    expect(resumed).toBeGreaterThan(5)
  })

  test('its region may fail and begin anew', async () => {
    const out = committedSink<unknown>()
    let failures = 0
    const failing: CommittedSink<unknown> = {
      ...out,
      open: (context) => {
        const writer = out.open(context) as SinkWriter<unknown, never>
        // The barrier comes here while the stage before is still at its state.
        const prepare = (checkpoint: number): never => {
          if (checkpoint % 3 === 2 && failures++ < 3) throw new Error('not now')
          return writer.prepare!(checkpoint) as never
        }
        return { ...writer, prepare }
      },
    }
    const { summary } = await live(world(), job(failing), options)
    expect(summary).toMatchObject({ records: RECORDS, results: RECORDS, restarts: 3 })
    expectAll(out)
  })

  test('the checkpoint may run out of time: a later one is whole', async () => {
    const on = world()
    const out = committedSink<unknown>()
    const failed = (events: readonly JobEvent[]): number => events.filter(({ type }) => type === 'checkpoint-failed').length
    const first = await live(on, job(out), { ...options, timeout: 20, until: (_, events) => failed(events) > 2 && taken(events) > 2 })
    expect(first.summary).toBeNull()
    const second = await live(on, job(out), options)
    expect(startOf(second)?.from).toBe('resumed')
    expectAll(out)
  })

  test('the job may be stopped: the last checkpoint holds all of it', async () => {
    const on = world()
    const out = committedSink<unknown>()
    const first = await live(on, job(out), { ...options, until: afterCheckpoints(3), act: (running) => running.stop() })
    expect(out.committed.length).toBe(first.summary!.records)
    expect(out.committed.length).toBeLessThan(RECORDS)
    await live(on, job(out), options)
    expectAll(out)
  })
})
