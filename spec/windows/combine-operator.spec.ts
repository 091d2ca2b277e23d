import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { average, count, max, min, sum } from 'millrace'
import { DONE } from '../../lib/operators/operator.ts'
import type { Cursor } from '../../lib/operators/operator.ts'
import { Scope } from '../../lib/code/scope.ts'
import { aggregateNode } from '../../lib/windows/aggregate-spec.ts'
import { aggregateLayout } from '../../lib/windows/aggregate-table.ts'
import { CombineOperator } from '../../lib/windows/combine-operator.ts'
import { decodeValue, encodeValue } from '../../lib/state/codec.ts'
import { Part } from '../../lib/state/part.ts'
import type { NumberTable } from '../../lib/windows/tables/number-table.ts'
import { fakeContext } from '../operators/fake-context.ts'
import type { FakeContext } from '../operators/fake-context.ts'

interface Reading {
  readonly key: number
  readonly at: number
  readonly value: number
}

const layout = () => aggregateLayout(aggregateNode({ n: count(), total: sum((r: Reading) => r.value) })!, { pure: false })
const tumbling = { size: 10, slide: 10, offset: 0 }
const combining = (window = tumbling): { operator: CombineOperator; context: FakeContext } => ({
  operator: new CombineOperator(window, layout()),
  context: fakeContext({ watermark: -1 }),
})

/** `key@time:[numbers]` for a part, `key@time` for a record as it is. */
const outputs = (cursor: Cursor | null, context: FakeContext): string[] => {
  const found: string[] = []
  const { key, time } = context
  for (;;) {
    Object.assign(context, { key, time })
    const output = cursor === null ? DONE : cursor.next(context)
    if (output === DONE) return found
    found.push(`${String(context.key)}@${context.time}${output instanceof Part ? `:${JSON.stringify(output.numbers)}` : ''}`)
  }
}
const take = (operator: CombineOperator, context: FakeContext, key: number, at: number, value = 1): string[] => {
  context.key = key
  context.time = at
  return outputs(operator.apply({ key, at, value }, context), context)
}
const advance = (operator: CombineOperator, context: FakeContext, to: number): string[] => {
  context.watermark = to
  return outputs(operator.onWatermark(to), context)
}

describe('a sender', () => {
  test('keeps the sums of a pane until the watermark that fires it, and sends them by first arrival', () => {
    const { operator, context } = combining()
    expect([take(operator, context, 7, 3, 5), take(operator, context, 1, 9), take(operator, context, 7, 0, 2), take(operator, context, 1, 12)].flat()).toEqual([])
    expect(advance(operator, context, 8)).toEqual([])
    expect(advance(operator, context, 9)).toEqual(['7@0:[2,7]', '1@0:[1,1]'])
    expect(advance(operator, context, Infinity)).toEqual(['1@10:[1,1]'])
    expect(operator.size()).toBe(0)
  })

  test('cuts panes where windows that overlap begin and end, and sends each before the first window it is in fires', () => {
    const { operator, context } = combining({ size: 10, slide: 4, offset: 1 })
    for (const at of [0, 1, 2, 3]) take(operator, context, 5, at)
    expect(advance(operator, context, 1)).toEqual([])
    // The window from −7 ends at 3, the one from −3 at 7.
    expect(advance(operator, context, 2)).toEqual(['5@-1:[1,1]', '5@1:[2,2]'])
    expect(advance(operator, context, 5)).toEqual([])
    expect(advance(operator, context, 6)).toEqual(['5@3:[1,1]'])
  })

  test('sends on as it is what comes for a pane that has fired, and whatever comes before the first watermark', () => {
    const { operator, context } = combining()
    context.watermark = -Infinity
    expect(take(operator, context, 1, 3)).toEqual(['1@3'])
    advance(operator, context, 9)
    expect(take(operator, context, 1, 9)).toEqual(['1@9'])
    expect(take(operator, context, 1, 10)).toEqual([])
  })

  test('sends all it has before a barrier, and where its actor is stopped', () => {
    for (const end of ['onBarrier', 'onStop'] as const) {
      const { operator, context } = combining()
      take(operator, context, 1, 25)
      take(operator, context, 1, 3)
      expect(outputs(operator[end](), context)).toEqual(['1@0:[1,1]', '1@20:[1,1]'])
      expect(operator[end]()).toBeNull()
    }
  })

  test('holds a bounded number of keys and of panes', () => {
    const { operator, context } = combining()
    let most = 0
    for (let i = 0; i < 40_000; i++) {
      for (const key of [i, i]) take(operator, context, key, 5)
      most = Math.max(most, operator.size())
    }
    expect(most).toBe(8192)
    const wide = combining()
    for (let i = 0; i < 400; i++) take(wide.operator, wide.context, 1, i * 10)
    expect(wide.operator.size()).toBeLessThanOrEqual(64)
  })

  test('loses no record and no order when it is full', () => {
    const { operator, context } = combining()
    const sent: string[] = []
    for (let i = 0; i < 30_000; i++) for (let twice = 0; twice < 3; twice++) sent.push(...take(operator, context, i, 5))
    sent.push(...outputs(operator.onBarrier(), context))
    expect(sent).toEqual(Array.from({ length: 30_000 }, (_, i) => `${i}@0:[3,3]`))
  })

  test('leaves records as they are for a while where hardly two of them have a key in common, with nothing held back', () => {
    const { operator, context } = combining()
    const sent: string[] = []
    for (let i = 0; i < 20_000; i++) sent.push(...take(operator, context, i, 5))
    expect(sent).toHaveLength(20_000)
    expect(sent.slice(8_190, 8_194)).toEqual(['8190@0:[1,1]', '8191@0:[1,1]', '8192@5', '8193@5'])
    for (let i = 0; i < 131_072; i++) take(operator, context, 1, 5)
    expect(take(operator, context, 1, 5)).toEqual([])
  })

  test('holds no more in a compiled chain', () => {
    const { operator, context } = combining()
    const scope = new Scope()
    const text = operator.code({
      ...{ bind: scope.bind, local: scope.local, call: (fn) => `${scope.bind(fn)}(v)`, drop: '', enter: '', onward: () => '', context: '', part: undefined, found: null, eventTime: true },
      apply: 'apply(v, t, k);',
    })
    const add = scope.run(`${scope.takeLocals()} return (apply, v, t, k) => { ${text} };`) as (apply: (v: Reading, t: number, k: number) => void, v: Reading, t: number, k: number) => void
    let applied = 0
    const apply = (record: Reading, at: number, key: number): void => {
      applied++
      take(operator, context, key, at, record.value)
    }
    for (let i = 0; i < 30_000; i++) {
      add(apply, { key: i >> 1, at: 5, value: 1 }, 5, i >> 1)
      expect(operator.size()).toBeLessThanOrEqual(8192)
    }
    expect(applied).toBeLessThan(10)
  })

  test('throws what the value function throws, and has added nothing then', () => {
    const bad = new CombineOperator(tumbling, aggregateLayout(aggregateNode(sum((r: Reading) => (r.value < 0 ? (undefined as unknown as number) : r.value)))!, { pure: false }))
    const context = fakeContext({ watermark: -1 })
    expect(() => take(bad, context, 1, 3, -1)).toThrow(TypeError)
    expect(bad.size()).toBe(0)
    take(bad, context, 1, 3, 4)
    expect(() => take(bad, context, 1, 3, -1)).toThrow(TypeError)
    expect(outputs(bad.onBarrier(), context)).toEqual(['1@0:[4]'])
  })

  test('refuses a time that no window can have', () => {
    const { operator, context } = combining()
    expect(() => take(operator, context, 1, 2 ** 60)).toThrow(/TIMESTAMP_INVALID/)
  })
})

test('parts add up to what one table gives, to the bit, however the records are dealt out and the parts sent', () => {
  const node = aggregateNode({ n: count(), total: sum((v: number) => v), mean: average((v: number) => v), low: min((v: number) => v), high: max((v: number) => v) })!
  const value = fc.oneof(fc.integer(), fc.double({ noNaN: true }), fc.constantFrom(-0, 0.1, 1e16, -1e16, 1e308, -1e308, Infinity, -Infinity, Number.MIN_VALUE))
  fc.assert(
    fc.property(fc.array(fc.tuple(value, fc.nat(2)), { minLength: 1, maxLength: 40 }), (dealt) => {
      const tables = aggregateLayout(node, { pure: false })
      const [whole, merged, ...senders] = Array.from({ length: 5 }, () => tables.createTable() as NumberTable) as [NumberTable, NumberTable, ...NumberTable[]]
      for (const [record, sender] of dealt)
        for (const table of [whole, senders[sender]!]) {
          table.prepare(record)
          table.add(0)
        }
      for (const sender of senders) if (sender.size > 0) merged.mergePart(0, decodeValue(encodeValue(sender.partOf(0))) as Part)
      expect(merged.result(0)).toEqual(whole.result(0))
    }),
    { numRuns: 3000 },
  )
})
