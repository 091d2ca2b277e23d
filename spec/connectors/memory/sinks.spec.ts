import { describe, expect, test, vi } from 'vitest'
import { collect } from '../../../lib/connectors/memory/collect.ts'
import { discard } from '../../../lib/connectors/memory/discard.ts'
import { forEach } from '../../../lib/connectors/memory/for-each.ts'
import { fakeEnv, sinkContext } from '../fake-env.ts'

describe('collect', () => {
  test('holds what was written', async () => {
    const sink = collect<number>()
    const writer = await sink.open(sinkContext(fakeEnv()))
    await writer.write([1, 2])
    await writer.write([3])
    expect(sink.records).toEqual([1, 2, 3])
  })

  test('is cut back to its snapshot on a restart', async () => {
    const sink = collect<number>()
    const writer = await sink.open(sinkContext(fakeEnv()))
    await writer.write([1, 2])
    const handle = (await writer.prepare?.(1)) ?? 0
    await writer.write([3])
    await sink.open(sinkContext(fakeEnv(), { start: 'restarted', restored: [handle] }))
    expect(sink.records).toEqual([1, 2])
    await sink.open(sinkContext(fakeEnv(), { start: 'restarted' }))
    expect(sink.records).toEqual([])
  })

  test.each(['new', 'resumed'] as const)('is emptied when a run begins %s', async (start) => {
    const sink = collect<number>()
    await (await sink.open(sinkContext(fakeEnv()))).write([1, 2])
    await sink.open(sinkContext(fakeEnv(), { start, restored: [2] }))
    expect(sink.records).toEqual([])
  })

  test('refuses a second instance', () => {
    expect(() => collect().open(sinkContext(fakeEnv(), { instance: 1 }))).toThrow(expect.objectContaining({ code: 'OPTION_INVALID' }))
  })
})

test('forEach calls its function where the record is formatted, so that its failure is that record’s', async () => {
  const seen = vi.fn<(record: number) => void>()
  const sink = forEach(seen)
  expect(sink.format?.(7)).toBe(7)
  await (await sink.open(sinkContext(fakeEnv()))).write([7])
  expect(seen.mock.calls).toEqual([[7]])
})

test('discard takes everything', async () => {
  const writer = await discard().open(sinkContext(fakeEnv()))
  expect(writer.write([1])).toBeUndefined()
})
