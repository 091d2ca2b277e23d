import { describe, expect, test } from 'vitest'
import { keyedAggregate } from '../../lib/operators/keyed-aggregate.ts'
import { DONE } from '../../lib/operators/operator.ts'
import type { ManyOperator, Operator } from '../../lib/operators/operator.ts'
import type { ByteReader } from '../../lib/state/byte-reader.ts'
import type { ByteWriter } from '../../lib/state/byte-writer.ts'
import type { AggregateTable } from '../../lib/windows/table.ts'
import { applyKeyed, fakeContext, rescaled, restored, snapshotOf } from './fake-context.ts'

/** Lists `record@seq` for each slot; told to fail by its records. */
const listTable = (): AggregateTable => {
  const lists: string[][] = []
  let opened = false
  return {
    get size() {
      return lists.length
    },
    prepare: (record) => {
      if (record === 'bad value') throw new Error('prepare')
    },
    add: (slot, record, _time, seq) => {
      opened = slot === lists.length
      if (opened) lists.push([])
      lists[slot]!.push(`${String(record)}@${seq}`)
      if (record === 'bad add') throw new Error('add')
    },
    undo: (slot) => {
      if (opened) lists.pop()
      else lists[slot]!.pop()
      return false
    },
    guard: () => {},
    result: (slot) => {
      if (lists[slot]!.at(-1)!.startsWith('bad result')) throw new Error('result')
      return lists[slot]!.join()
    },
    merge: (slot, other, from) => {
      lists[slot] = [...(lists[slot] ?? []), String(other.result(from))]
    },
    clear: () => void lists.splice(0),
    write: (writer: ByteWriter, slot) => writer.value(lists[slot]),
    read: (reader: ByteReader) => lists.push(reader.value() as string[]) - 1,
  }
}
const create = (given: { ownResult?: boolean; pure?: boolean; instance?: number; parallelism?: number } = {}): Operator =>
  keyedAggregate({ createLayout: () => ({ createTable: listTable, code: null }), ownResult: false, pure: false, ...given }, fakeContext(given))

describe('aggregate on a keyed stream', () => {
  test.each([false, true])('emits key and result for each record, arrival numbered over all keys (own result: %s)', (ownResult) => {
    expect(applyKeyed(create({ ownResult }), [['a', 'x'], ['b', 'y'], ['a', 'z']], fakeContext())).toEqual([
      { key: 'a', value: 'x@0' },
      { key: 'b', value: 'y@1' },
      { key: 'a', value: 'x@0,z@2' },
    ])
  })

  test('a value function that throws has changed nothing', () => {
    const operator = create()
    const context = fakeContext()
    applyKeyed(operator, [['a', 'x']], context)
    expect(() => applyKeyed(operator, [['a', 'bad value']], context)).toThrow('prepare')
    expect(operator.undo?.('bad value', context)).toBe(true)
    expect(applyKeyed(operator, [['a', 'z']], context)).toEqual([{ key: 'a', value: 'x@0,z@1' }])
  })

  test.each([false, true])('an add that throws is undone as far as the table can, and wholly if pure (%s)', (pure) => {
    const operator = create({ pure })
    const context = fakeContext()
    expect(() => applyKeyed(operator, [['a', 'bad add']], context)).toThrow('add')
    expect(operator.undo?.('bad add', context)).toBe(pure)
    expect(operator.size?.()).toBe(0)
    expect(applyKeyed(operator, [['b', 'z']], context)).toEqual([{ key: 'b', value: 'z@0' }])
  })

  test('a result that throws is tried again, or left out, without adding the record twice', () => {
    const operator = create({ ownResult: true }) as ManyOperator
    const context = fakeContext({ key: 'a' })
    const cursor = operator.apply('bad result', context)!
    expect(() => cursor.next(context)).toThrow('result')
    expect(cursor.undoable()).toBe(true)
    expect(cursor.input()).toBe('bad result')
    expect(() => cursor.next(context)).toThrow('result')
    cursor.skip()
    expect(cursor.next(context)).toBe(DONE)
    expect(applyKeyed(operator, [['a', 'x']], context)).toEqual([{ key: 'a', value: 'bad result@0,x@1' }])
  })

  test('goes on as if undisturbed after a restore', () => {
    const before = create()
    applyKeyed(before, [['b', 'x'], ['a', 'y']], fakeContext())
    const after = restored(create(), snapshotOf(before))
    expect(snapshotOf(after)).toEqual(snapshotOf(before))
    expect(applyKeyed(after, [['a', 'z']], fakeContext())).toEqual([{ key: 'a', value: 'y@1,z@2' }])
  })

  test('is dealt out by key group', () => {
    const whole = create()
    const keys = Array.from({ length: 50 }, (_, i) => `key-${i}`)
    applyKeyed(whole, keys.map((key) => [key, 'x'] as const), fakeContext())
    const sizes = [0, 1].map((instance) => {
      const context = fakeContext({ instance, parallelism: 2 })
      return rescaled(create(context), [snapshotOf(whole)], context).size?.() ?? 0
    })
    expect(sizes).not.toContain(0)
    expect(sizes[0]! + sizes[1]!).toBe(50)
  })
})
