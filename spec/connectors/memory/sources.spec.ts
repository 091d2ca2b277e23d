import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { SourceConnector } from '../../../lib/api/connector.ts'
import { fromArray } from '../../../lib/connectors/memory/from-array.ts'
import { generate } from '../../../lib/connectors/memory/generate.ts'
import { drain, fakeEnv, sourceContext } from '../fake-env.ts'

const invalid = expect.objectContaining({ code: 'OPTION_INVALID' })
const numbers = Array.from({ length: 20 }, (_, i) => i)

const readSplits = async (connector: SourceConnector<number, number>, parallelism: number, max: number): Promise<number[][]> => {
  const context = sourceContext(fakeEnv(), { parallelism })
  const splits = await connector.splits(context)
  return Promise.all(splits.map(async (split) => (await drain(await connector.open(split, null, context), max)).records as number[]))
}

describe.each([
  ['fromArray', () => fromArray(numbers)],
  ['generate', () => generate((i) => i, { count: 20 })],
] as const)('%s', (_, make) => {
  test('puts record i in split i mod n', async () => {
    for (const n of [1, 2, 3, 7, 25]) {
      const splits = await readSplits(make(), n, 3)
      expect(splits).toEqual(Array.from({ length: n }, (__, s) => numbers.filter((i) => i % n === s)))
    }
  })

  test('goes on from a position where it would have gone on', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 6 }), async (parallelism, max) => {
        const context = sourceContext(fakeEnv(), { parallelism })
        for (const split of await make().splits(context)) {
          const { records, positions } = await drain(await make().open(split, null, context), max)
          for (const { after, position } of positions) {
            expect((await drain(await make().open(split, position, context), 100)).records).toEqual(records.slice(after))
          }
        }
      }),
      { numRuns: 30 },
    )
  })
})

describe('fromArray', () => {
  test('of nothing is done at once', async () => {
    const context = sourceContext(fakeEnv())
    const reader = await fromArray([]).open({ id: '0-of-1' }, null, context)
    expect(await reader.poll(10)).toEqual({ records: [], position: 0, done: true })
  })
  test('refuses what is not an array', () => {
    expect(() => fromArray('abc' as never)).toThrow(invalid)
  })
})

describe('generate', () => {
  test('computes the record from its number when the record is admitted', () => {
    expect(generate((i) => i * 10).admit?.(4)).toBe(40)
  })

  test.each([{ count: -1 }, { count: 1.5 }, { ratePerSecond: 0 }, { ratePerSecond: NaN }, { rate: 5 }])(
    'refuses the options %o',
    (options) => {
      expect(() => generate((i) => i, options as never)).toThrow(invalid)
    },
  )

  test('gives as many records a second as it is told, over all splits', async () => {
    const env = fakeEnv()
    const context = sourceContext(env, { parallelism: 3 })
    const connector = generate((i) => i, { ratePerSecond: 10 })
    const readers = await Promise.all((await connector.splits(context)).map(async (split) => connector.open(split, null, context)))
    const seen: number[] = []
    const pollAll = async (): Promise<void> => {
      for (const reader of readers) seen.push(...(await reader.poll(100)).records)
    }
    await pollAll()
    expect(seen).toEqual([])
    for (const [ms, count] of [
      [100, 1],
      [199, 1],
      [1000, 10],
      [2550, 25],
    ] as const) {
      env.clock.at = 1000 + ms
      await pollAll()
      expect(seen.length).toBe(count)
    }
    expect(seen.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 25 }, (_, i) => i))
  })

  test('catches up after a restart inside the run and starts its count anew on a resume', async () => {
    const env = fakeEnv()
    const connector = generate((i) => i, { ratePerSecond: 10 })
    const poll = async (start: 'new' | 'restarted' | 'resumed', position: number | null): Promise<number> => {
      const reader = await connector.open({ id: '0-of-1' }, position, sourceContext(env, { start }))
      return (await reader.poll(100)).records.length
    }
    await poll('new', null)
    env.clock.at += 2000
    expect(await poll('restarted', 5)).toBe(15)
    expect(await poll('resumed', 5)).toBe(0)
    env.clock.at += 500
    expect(await poll('restarted', 5)).toBe(5)
  })
})
