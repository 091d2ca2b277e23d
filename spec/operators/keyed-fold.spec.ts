import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { keyBy } from '../../lib/operators/key-by.ts'
import type { StageNode } from '../../lib/api/node.ts'
import type { Operator } from '../../lib/operators/operator.ts'
import { reduce } from '../../lib/operators/reduce.ts'
import { scan } from '../../lib/operators/scan.ts'
import { keyGroup } from '../../lib/state/key-group.ts'
import { keyHash } from '../../lib/state/key.ts'
import { applyKeyed, fakeContext, rescaled, restored, snapshotOf, stageOf, stream } from './fake-context.ts'

const scanNode = <A>(fn: (acc: A, record: number) => A, seed: A | (() => A), pure = false): StageNode =>
  stageOf(stream<number>().pipe(keyBy((r) => r), scan(fn, seed, { id: 's', pure })))
const created = (node: StageNode): Operator => node.create(fakeContext())
const values = (outputs: unknown[]): unknown[] => outputs.map((output) => (output as { value: unknown }).value)
const push = (acc: number[], record: number): number[] => {
  acc.push(record)
  if (record < 0) throw new Error('negative')
  return acc
}

describe('scan', () => {
  test('emits key and accumulator for each record of each key', () => {
    const operator = created(scanNode((n, r) => n + r, 0))
    expect(applyKeyed(operator, [['a', 1], ['b', 10], ['a', 2]], fakeContext())).toEqual([
      { key: 'a', value: 1 },
      { key: 'b', value: 10 },
      { key: 'a', value: 3 },
    ])
  })

  test('copies a seed object for each key', () => {
    const seed: number[] = []
    const outputs = applyKeyed(created(scanNode(push, seed)), [['a', 1], ['b', 2]], fakeContext())
    expect(values(outputs)).toEqual([[1], [2]])
    expect(seed).toEqual([])
  })

  test('calls a seed function for each key', () => {
    let calls = 0
    const operator = created(scanNode(push, () => [++calls * 100]))
    expect(values(applyKeyed(operator, [['a', 1], ['b', 2], ['a', 3]], fakeContext()))).toEqual([[100, 1], [200, 2], [100, 1, 3]])
  })

  test('what was emitted stays as it was when the accumulator is changed in place', () => {
    const outputs = applyKeyed(created(scanNode(push, [])), [['a', 1], ['a', 2]], fakeContext())
    expect(values(outputs)).toEqual([[1], [1, 2]])
  })

  test('also where it was returned as a new object first and changed in place after that', () => {
    const fn = (acc: number[], record: number) => (record === 0 ? [0] : push(acc, record))
    expect(values(applyKeyed(created(scanNode(fn, [])), [['a', 0], ['a', 1]], fakeContext()))).toEqual([[0], [0, 1]])
  })

  test('emits the accumulator itself where the function is declared pure', () => {
    const made: object[] = []
    const fn = (acc: { n: number }, record: number) => {
      const next = { n: acc.n + record }
      made.push(next)
      return next
    }
    const [value] = values(applyKeyed(created(scanNode(fn, { n: 0 }, true)), [['a', 1]], fakeContext()))
    expect(value).toBe(made[0])
  })
})

describe('reduce', () => {
  const node = (fn: (a: number, b: number) => number) => stageOf(stream<number>().pipe(keyBy((r) => r), reduce(fn, { id: 'r' })))

  test('emits a key’s first record as it is, then what the function returns', () => {
    const operator = created(node((a, b) => a * 10 + b))
    expect(values(applyKeyed(operator, [['a', 1], ['a', 2], ['b', 5], ['a', 3]], fakeContext()))).toEqual([1, 12, 5, 123])
  })

  test('can undo any call', () => {
    const operator = created(node(() => { throw new Error('no') }))
    const context = fakeContext()
    applyKeyed(operator, [['a', 1]], context)
    expect(() => applyKeyed(operator, [['a', 2]], context)).toThrow('no')
    expect(operator.undo?.(2, context)).toBe(true)
  })
})

describe('a failed call', () => {
  const failing = (node: StageNode, guarded: boolean, before: number[]): [Operator, boolean] => {
    const operator = created(node)
    const context = fakeContext()
    if (guarded) operator.guard?.()
    applyKeyed(operator, before.map((record) => ['a', record] as const), context)
    context.key = 'a'
    expect(() => applyKeyed(operator, [['a', -1]], context)).toThrow('negative')
    return [operator, operator.undo?.(-1, context) ?? true]
  }
  const next = (operator: Operator): unknown => values(applyKeyed(operator, [['a', 7]], fakeContext()))[0]

  test('over a primitive accumulator has changed nothing', () => {
    const fn = (n: number, record: number) => {
      if (record < 0) throw new Error('negative')
      return n + record
    }
    const [operator, undone] = failing(scanNode(fn, 0), false, [1, 2])
    expect(undone).toBe(true)
    expect(next(operator)).toBe(10)
  })

  test('over an accumulator object cannot be undone unguarded', () => {
    expect(failing(scanNode(push, []), false, [1])[1]).toBe(false)
  })

  test('of a key’s first record leaves nothing', () => {
    const [operator, undone] = failing(scanNode(push, []), false, [])
    expect(undone).toBe(true)
    expect(next(operator)).toEqual([7])
  })

  test('is undone once guarded, however many went well before', () => {
    for (let n = 1; n < 40; n++) {
      const before = Array.from({ length: n }, (_, i) => i)
      const [operator, undone] = failing(scanNode(push, []), true, before)
      expect(undone).toBe(true)
      expect(next(operator)).toEqual([...before, 7])
    }
  })

  test('guarded, costs an undo no more calls than the accumulator is large', () => {
    let calls = 0
    const fn = (acc: { n: number }, record: number) => {
      calls++
      acc.n += record
      if (record < 0) throw new Error('negative')
      return acc
    }
    const operator = created(scanNode(fn, { n: 0 }))
    const context = fakeContext()
    operator.guard?.()
    applyKeyed(operator, Array.from({ length: 1000 }, () => ['a', 1] as const), context)
    expect(() => applyKeyed(operator, [['a', -1]], context)).toThrow('negative')
    calls = 0
    expect(operator.undo?.(-1, context)).toBe(true)
    expect(calls).toBeLessThan(10)
    expect(values(applyKeyed(operator, [['a', 1]], context))).toEqual([{ n: 1001 }])
  })

  test('guarded, is undone again and again', () => {
    const [operator] = failing(scanNode(push, []), true, [1, 2])
    const context = fakeContext()
    for (let i = 0; i < 3; i++) {
      expect(() => applyKeyed(operator, [['a', -1]], context)).toThrow('negative')
      expect(operator.undo?.(-1, context)).toBe(true)
    }
    expect(next(operator)).toEqual([1, 2, 7])
  })

  test('of a function that declares itself pure is undone at once', () => {
    expect(failing(scanNode((acc: number[], r: number) => { if (r < 0) throw new Error('negative'); return [...acc, r] }, [], true), false, [1])[1]).toBe(true)
  })
})

describe('the state of a fold', () => {
  const key = fc.oneof(fc.string({ maxLength: 2 }), fc.integer({ min: 0, max: 9 }), fc.tuple(fc.boolean()))
  const pairs = fc.array(fc.tuple(key, fc.integer()))
  const node = scanNode(push, [])
  const positive = (list: (readonly [unknown, number])[]) => list.map(([k, n]) => [k, Math.abs(n)] as const)

  test('goes on as if undisturbed after a restore anywhere', () => {
    fc.assert(
      fc.property(pairs, pairs, (before, after) => {
        const undisturbed = created(node)
        applyKeyed(undisturbed, positive(before), fakeContext())
        const again = restored(created(node), snapshotOf(undisturbed))
        expect(snapshotOf(again)).toEqual(snapshotOf(undisturbed))
        expect(applyKeyed(again, positive(after), fakeContext())).toEqual(applyKeyed(undisturbed, positive(after), fakeContext()))
      }),
    )
  })

  test('is dealt out by key group, groups ascending, each in its own order', () => {
    const keys = Array.from({ length: 200 }, (_, i) => `key-${i}`)
    const whole = created(node)
    applyKeyed(whole, keys.map((k, i) => [k, i] as const), fakeContext())
    const halves = [0, 1].map((instance) => {
      const context = fakeContext({ instance, parallelism: 2 })
      return rescaled(node.create(context), [snapshotOf(whole)], context)
    })
    expect(halves.map((half) => half.size?.())).not.toContain(0)
    const one = fakeContext()
    const joined = rescaled(node.create(one), halves.map(snapshotOf), one)
    const group = (k: string) => keyGroup(keyHash(k), 128)
    const expected = created(node)
    const sorted = keys.map((k, i) => [k, i] as const).sort(([a], [b]) => group(a) - group(b))
    applyKeyed(expected, sorted, fakeContext())
    expect(snapshotOf(joined)).toEqual(snapshotOf(expected))
  })
})
