import { describe, expect, test } from 'vitest'
import { filter } from '../../lib/operators/filter.ts'
import { map } from '../../lib/operators/map.ts'
import { tap } from '../../lib/operators/tap.ts'
import { apply, applyAll, fakeContext, stageOf, stream } from './fake-context.ts'

const create = (result: unknown) => stageOf(result).create(fakeContext())

describe('map', () => {
  test('emits what the function returns, undefined too', () => {
    const operator = create(stream<number>().pipe(map((n) => (n === 2 ? undefined : n * 10))))
    expect(applyAll(operator, [1, 2, 3], fakeContext())).toEqual([10, undefined, 30])
  })

  test('passes the record and nothing else', () => {
    let given = 0
    const operator = create(stream<number>().pipe(map((...args: unknown[]) => (given = args.length))))
    apply(operator, 1, fakeContext())
    expect(given).toBe(1)
  })
})

describe('filter', () => {
  test('keeps what passes, unchanged', () => {
    const records = [{ n: 1 }, { n: 2 }]
    const kept = applyAll(create(stream<{ n: number }>().pipe(filter((r) => r.n > 1))), records, fakeContext())
    expect(kept).toHaveLength(1)
    expect(kept[0]).toBe(records[1])
  })
})

describe('tap', () => {
  test('sees every record and passes it on, whatever the function returns', () => {
    const seen: number[] = []
    const operator = create(stream<number>().pipe(tap((n) => seen.push(n))))
    expect(applyAll(operator, [5, 6], fakeContext())).toEqual([5, 6])
    expect(seen).toEqual([5, 6])
  })
})
