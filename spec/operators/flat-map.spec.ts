import { describe, expect, test } from 'vitest'
import { flatMap } from '../../lib/operators/flat-map.ts'
import { DONE } from '../../lib/operators/operator.ts'
import type { Cursor, ManyOperator } from '../../lib/operators/operator.ts'
import { applyAll, drain, fakeContext, stageOf, stream } from './fake-context.ts'

const create = (fn: (record: number) => Iterable<unknown>): ManyOperator =>
  stageOf(stream<number>().pipe(flatMap(fn))).create(fakeContext()) as ManyOperator

function* upTo(n: number, failAt = Infinity): Generator<number> {
  for (let i = 0; i < n; i++) {
    if (i === failAt) throw new Error(`failed at ${i}`)
    yield i
  }
}

const take = (cursor: Cursor, n: number): unknown[] => Array.from({ length: n }, () => cursor.next(fakeContext()))

describe('flatMap', () => {
  test('emits the members of arrays, sets, strings and generators in order', () => {
    const outputs: Iterable<unknown>[] = [[1, undefined], new Set([2, 3]), 'ab', upTo(2), []]
    const operator = create((n) => outputs[n]!)
    expect(applyAll(operator, [0, 1, 2, 3, 4], fakeContext())).toEqual([1, undefined, 2, 3, 'a', 'b', 0, 1])
  })

  test('passes on a hundred thousand outputs of one call, reading them as they are taken', () => {
    let read = 0
    const operator = create(function* () {
      for (; read < 100_000; read++) yield read
    })
    const cursor = operator.apply(0, fakeContext())!
    expect(read).toBeLessThan(1025)
    expect(drain(cursor, fakeContext())).toHaveLength(100_000)
  })

  test('a failure within the first 1,024 outputs puts out nothing', () => {
    const operator = create(() => upTo(2000, 1023))
    expect(() => operator.apply(0, fakeContext())).toThrow('failed at 1023')
    expect('undo' in operator).toBe(false)
  })

  test('a failure after that cannot be undone in place', () => {
    const cursor = create(() => upTo(2000, 1500)).apply(0, fakeContext())!
    expect(take(cursor, 1500).at(-1)).toBe(1499)
    expect(() => cursor.next(fakeContext())).toThrow('failed at 1500')
    expect(cursor.undoable()).toBe(false)
    expect(cursor.input()).toBe(0)
  })

  test('a call under suspicion is held whole', () => {
    const operator = create(() => upTo(2000, 1500))
    expect(() => operator.apply(0, fakeContext({ suspect: true }))).toThrow('failed at 1500')
  })

  test('a call that is given up closes its iterator and puts out no more', () => {
    let closed = false
    const operator = create(function* () {
      try {
        yield* upTo(5000)
      } finally {
        closed = true
      }
    })
    const cursor = operator.apply(0, fakeContext())!
    take(cursor, 10)
    cursor.skip()
    expect(closed).toBe(true)
    expect(cursor.next(fakeContext())).toBe(DONE)
  })

  test('an iterator that fails while it is closed does not fail the next call', () => {
    const operator = create(function* () {
      try {
        yield* upTo(5000)
      } finally {
        // eslint-disable-next-line no-unsafe-finally
        throw new Error('on closing')
      }
    })
    const cursor = operator.apply(0, fakeContext())!
    expect(() => cursor.skip()).not.toThrow()
  })

  test.each([undefined, null, 7, {}])('%s in place of an iterable fails the call with what to return', (output) => {
    expect(() => create(() => output as never).apply(0, fakeContext())).toThrow(/flatMap returned .*return \[\] for no output/)
  })
})
