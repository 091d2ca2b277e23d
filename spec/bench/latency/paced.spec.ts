import { performance } from 'node:perf_hooks'
import type { SourceBatch, SourceContext, SourceReader } from 'millrace'
import { describe, expect, test } from 'vitest'
import { sharedNow } from '../clock.ts'
import { paced } from './paced.ts'

interface Made {
  readonly index: number
  readonly dueMs: number
  readonly lateMs: number
}

const opened = (rate: number, records: number, split: string, startsInMs = 0): SourceReader<Made, number> => {
  const given = <T>(name: string, value: T): { readonly name: string; readonly value: T } => ({ name, value })
  const start = sharedNow() + startsInMs
  const connector = paced(() => (index, dueMs): Made => ({ index, dueMs, lateMs: sharedNow() - start - dueMs }), { rate: given('rate', rate), records: given('records', records), start: given('start', start) })
  return connector.open({ id: split }, null, {} as SourceContext) as SourceReader<Made, number>
}

const readToEnd = async (reader: SourceReader<Made, number>): Promise<Made[]> => {
  const all: Made[] = []
  for (;;) {
    const batch: SourceBatch<Made, number> = await reader.poll(64)
    all.push(...batch.records)
    if (batch.done === true) return all
  }
}

describe('a paced source', () => {
  test('gives each record of its share once, and none before it is due', async () => {
    const records = await readToEnd(opened(10_000, 500, '1-of-2', 5))
    expect(records.map(({ index }) => index)).toEqual(Array.from({ length: 250 }, (_, n) => 2 * n + 1))
    expect(records.map(({ index, dueMs }) => index / 10 - dueMs)).toEqual(records.map(() => 0))
    expect(Math.min(...records.map(({ lateMs }) => lateMs))).toBeGreaterThanOrEqual(0)
  })

  test('ends where its share is empty', async () => {
    expect(await readToEnd(opened(1_000, 1, '1-of-2', -100))).toEqual([])
  })

  test('that waits for a record far away is closed at once', async () => {
    const reader = opened(0.001, 10, '0-of-1', 3_600_000)
    const from = performance.now()
    const waiting = reader.poll(64)
    await reader.close()
    expect(await waiting).toEqual({ records: [], position: 0 })
    expect(performance.now() - from).toBeLessThan(1_000)
  })
})
