import { describe, expect, test } from 'vitest'
import { keyBy } from '../../lib/operators/key-by.ts'
import { skip } from '../../lib/operators/skip.ts'
import { take } from '../../lib/operators/take.ts'
import { applyAll, applyKeyed, fakeContext, rescaled, restored, snapshotOf, stageOf, stream } from './fake-context.ts'

const overall = (kind: typeof take, n: number) => stageOf(stream<number>().pipe(kind(n, { id: 'n' })))
const perKey = (kind: typeof take, n: number) => stageOf(stream<number>().pipe(keyBy((r) => r), kind(n, { id: 'n' })))

describe('take', () => {
  test('completes with its last record', () => {
    const context = fakeContext()
    const operator = overall(take, 2).create(context)
    expect(applyAll(operator, [1], context)).toEqual([1])
    expect(context.completed).toBe(false)
    expect(applyAll(operator, [2], context)).toEqual([2])
    expect(context.completed).toBe(true)
    expect(applyAll(operator, [3], context)).toEqual([])
  })

  test('of none completes without a record', () => {
    const context = fakeContext()
    expect(applyAll(overall(take, 0).create(context), [1], context)).toEqual([])
    expect(context.completed).toBe(true)
  })

  test('counts on after a restore', () => {
    const node = overall(take, 2)
    const before = node.create(fakeContext())
    applyAll(before, [1], fakeContext())
    expect(applyAll(restored(node.create(fakeContext()), snapshotOf(before)), [2, 3], fakeContext())).toEqual([2])
  })

  test('directly behind keyBy counts each key and does not complete', () => {
    const context = fakeContext()
    const node = perKey(take, 1)
    expect(node).toMatchObject({ state: 'key', schema: 'take 1 per key v2' })
    const pairs = [['a', 1], ['b', 2], ['a', 3]] as const
    expect(applyKeyed(node.create(context), pairs, context)).toEqual([1, 2])
    expect(context.completed).toBe(false)
  })

  test('of a whole stream cannot be divided among instances', () => {
    const node = overall(take, 2)
    const bytes = snapshotOf(node.create(fakeContext()))
    const context = fakeContext({ parallelism: 2 })
    expect(() => rescaled(node.create(context), [bytes], context)).toThrow(/SNAPSHOT_INCOMPATIBLE/)
  })
})

describe('skip', () => {
  test('leaves out the first and passes on the rest', () => {
    const context = fakeContext()
    expect(applyAll(overall(skip, 2).create(context), [1, 2, 3, 4], context)).toEqual([3, 4])
    expect(context.completed).toBe(false)
  })

  test('directly behind keyBy leaves out the first of each key, across a restore', () => {
    const node = perKey(skip, 1)
    const before = node.create(fakeContext())
    expect(applyKeyed(before, [['a', 1], ['b', 2], ['a', 3]], fakeContext())).toEqual([3])
    const after = restored(node.create(fakeContext()), snapshotOf(before))
    expect(applyKeyed(after, [['b', 4], ['c', 5]], fakeContext())).toEqual([4])
  })
})
