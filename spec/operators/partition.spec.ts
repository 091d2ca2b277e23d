import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { handleOf } from '../../lib/api/stream.ts'
import { keyBy } from '../../lib/operators/key-by.ts'
import { partition } from '../../lib/operators/partition.ts'
import { hash, range } from '../../lib/operators/partitioner.ts'
import { kafkaMurmur2 } from '../state/kafka-murmur2.ts'
import { apply, fakeContext, stageOf, stream } from './fake-context.ts'

describe('keyBy', () => {
  const keyOf = (fn: (record: unknown) => unknown, record: unknown): unknown => {
    const context = fakeContext()
    expect(apply(stageOf(stream().pipe(keyBy(fn as never))).create(context), record, context)).toEqual([record])
    return context.key
  }

  test('hands on the key and the record', () => {
    expect(keyOf((r) => [r], 5)).toEqual([5])
  })

  test('takes −0 for 0', () => {
    expect(Object.is(keyOf(() => -0, 1), 0)).toBe(true)
  })

  test.each([undefined, null, NaN, Infinity, Symbol('s'), () => 1, new Date(0), [undefined], { a: null }])('%s fails the call', (key) => {
    expect(() => keyOf(() => key, 1)).toThrow(/KEY_NOT_HASHABLE/)
  })
})

describe('partition', () => {
  const targetOf = (by: Parameters<typeof partition<never>>[0], targets: number, record: unknown): number => {
    const context = fakeContext({ targets })
    apply(stageOf(stream<never>().pipe(partition(by))).create(context), record, context)
    return context.route
  }

  test('by range counts the bounds that are not above the value, up to the last instance', () => {
    const by = range([10, 20], (n: number) => n)
    expect([-5, 9, 10, 19, 20, 99].map((n) => targetOf(by, 3, n))).toEqual([0, 0, 1, 1, 2, 2])
    expect([9, 10, 99].map((n) => targetOf(by, 2, n))).toEqual([0, 1, 1])
  })

  test('by range orders strings by code unit', () => {
    const by = range(['b', 'd'], (s: string) => s)
    expect(['a', 'b', 'c', 'd', 'é'].map((s) => targetOf(by, 3, s))).toEqual([0, 1, 1, 2, 2])
  })

  test('by range equals a count over the bounds', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer()), fc.integer(), (bounds, value) => {
        bounds.sort((a, b) => a - b)
        expect(targetOf(range(bounds, (n: number) => n), 1000, value)).toBe(bounds.filter((bound) => bound <= value).length)
      }),
    )
  })

  test.each([NaN, '15', undefined])('by range fails for %s among number bounds', (value) => {
    expect(() => targetOf(range([10], () => value as number), 2, 1)).toThrow(TypeError)
  })

  test.each([[[2, 1]], [[1, 1]], [[1, '2']], [[NaN]], [[null]], ['12']])('range refuses the bounds %j', (bounds) => {
    expect(() => range(bounds as never, () => 1 as never)).toThrow(/OPTION_INVALID/)
  })

  test.each(kafkaMurmur2)("by hash goes where a Java producer would send '%s'", (text, murmur2) => {
    for (const targets of [1, 2, 10, 12]) expect(targetOf(hash((s: string) => s), targets, text)).toBe((murmur2 & 0x7fffffff) % targets)
  })

  test('by a function is told the number of instances and must stay below it', () => {
    expect(targetOf((r: number, n) => r % n, 4, 7)).toBe(3)
    for (const bad of [4, -1, 0.5, NaN, '1', undefined]) expect(() => targetOf(() => bad as number, 4, 7)).toThrow(RangeError)
  })

  test('says in its node how records are routed', () => {
    const node = handleOf(stream<number>().pipe(partition(range([1], (n) => n))), '').node
    expect(node).toMatchObject({ kind: 'partition', routing: 'route', selector: { kind: 'partition', params: { mode: 'range', bounds: [1] } } })
  })

  test('refuses what is no partitioner', () => {
    expect(() => partition({ mode: 'modulo' } as never)).toThrow(/OPTION_INVALID.*\n.*range\(bounds, fn\)/)
  })
})
