/** Chains that are compiled, that go in blocks, and that are run stage by stage call the same functions for the same records. */
import { aggregate, collect, count, eventTime, filter, flatMap, from, fromArray, keyBy, map, sink, source, sum, topology, tumbling, window } from 'millrace'
import type { Flow } from 'millrace'
import { describe, expect, test } from 'vitest'
import { realEnv } from '../../lib/env/real.ts'
import { CHAIN_MODES } from '../../lib/runtime/chain-host.ts'
import type { ChainMode } from '../../lib/runtime/chain-host.ts'
import { runIn } from '../../lib/runtime/job.ts'

interface Row {
  readonly id: number
}

const rows: readonly Row[] = Array.from({ length: 1000 }, (_, id) => ({ id }))

/** What each stage was called for, in order. */
class Calls {
  readonly of: Record<string, number[]> = {}

  note<R>(stage: string, result: (row: Row) => R, failsAt: (id: number) => boolean = () => false): (row: Row) => R {
    return (row) => {
      ;(this.of[stage] ??= []).push(row.id)
      if (failsAt(row.id)) throw new Error(`${stage} at ${row.id}`)
      return result(row)
    }
  }
}

const ran = async (chains: ChainMode, flowOf: (calls: Calls) => Omit<Flow, never>): Promise<{ calls: Calls; letters: unknown[] }> => {
  const calls = new Calls()
  const job = await runIn(realEnv(), topology(null, 'modes', flowOf(calls) as Flow), {}, { batchRows: 64, channelRows: 256, chains })
  await job.completed
  return { calls, letters: job.deadLetters().map(({ record, position, error }) => ({ record, position, message: error.message })) }
}

const everySeventh = (id: number): boolean => id % 7 === 3

describe.each(CHAIN_MODES)('%s chains', (chains) => {
  test.each(['time', 'map', 'filter', 'key', 'value'])('call no stage twice for a record because %s failed', async (failing) => {
    const { calls, letters } = await ran(chains, (c) => {
      const note = <R>(stage: string, result: (row: Row) => R) => c.note(stage, result, stage === failing ? everySeventh : undefined)
      return from(source('rows', fromArray(rows)))
        .pipe(
          eventTime(note('time', (row) => row.id)),
          map(note('map', (row) => row)),
          filter(note('filter', () => true)),
          keyBy(note('key', (row) => row.id % 10)),
          aggregate({ n: count(), total: sum(note('value', (row) => row.id)) }, { id: 'fold' }),
        )
        .to(sink('out', collect()))
    })
    const stages = ['time', 'map', 'filter', 'key', 'value']
    const failed = rows.filter(({ id }) => everySeventh(id))
    stages.forEach((stage, place) => {
      const called = new Map<number, number>()
      for (const id of calls.of[stage]!) called.set(id, (called.get(id) ?? 0) + 1)
      const at = stages.indexOf(failing)
      for (const { id } of rows) expect(called.get(id) ?? 0).toBe(!everySeventh(id) || place < at ? 1 : place === at ? 3 : 0)
      expect([...new Set(calls.of[stage])]).toEqual([...new Set(calls.of[stage])].sort((a, b) => a - b))
    })
    expect(letters).toEqual(failed.map(({ id }) => ({ record: { id }, position: `record ${id + 1} of 'rows/0-of-1'`, message: expect.stringContaining(`${failing} at ${id}`) as string })))
  })

  test('say which record was too late for its window', async () => {
    const times = [5, 25, 6, 27]
    const { letters } = await ran(chains, () =>
      from(source('rows', fromArray(times)))
        .pipe(eventTime((at) => at), keyBy(() => 'k'), window(tumbling(10)), aggregate({ n: count() }, { id: 'fold' }))
        .to(sink('out', collect())),
    )
    expect(letters).toMatchObject([{ record: 6, position: "record 3 of 'rows/0-of-1'" }])
  })

  test('know of no record behind a window that a watermark has fired', async () => {
    const { letters } = await ran(chains, () =>
      from(source('rows', fromArray([5, 25, 45])))
        .pipe(
          eventTime((at) => at),
          keyBy(() => 'k'),
          window(tumbling(10)),
          aggregate({ n: count() }, { id: 'fold' }),
          flatMap((fired) => {
            if (fired.window.start === 0) throw new Error('not this one')
            return [fired]
          }),
        )
        .to(sink('out', collect())),
    )
    expect(letters).toMatchObject([{ position: null }])
  })
})
