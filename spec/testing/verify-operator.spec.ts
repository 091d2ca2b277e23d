import { describe, expect, test } from 'vitest'
import { map, oneForOne } from 'millrace'
import type { AnyStream, DataStream } from 'millrace'
import { verifyOperator } from 'millrace/testing'
import { dataStream, handleOf, stageNode } from '../../lib/api/stream.ts'
import type { RowOperator } from '../../lib/operators/operator.ts'
import { NONE } from '../../lib/operators/operator.ts'
import { ownPart } from '../../lib/operators/keyed-state.ts'

const input = [1, 2, 3, 4, 5, 6]

/** A stage of one instance with an operator made by hand. */
const handMade =
  (create: () => RowOperator) =>
  (s: AnyStream<number>): DataStream<number> =>
    dataStream(stageNode(handleOf(s, 'hand-made').node, 'here', { kind: 'handMade', options: { id: 'hand-made' }, params: {}, state: 'stage', schema: 'v1', create }))

/** Every other record. `snapshot` says what it keeps of its count. */
const everyOther = (snapshot: (seen: number) => number): (() => RowOperator) => () => {
  let seen = 0
  return {
    shape: 'one',
    apply: (record) => (seen++ % 2 === 0 ? record : NONE),
    snapshot: (writer) => writer.varint(snapshot(seen)),
    restore: (scope) => {
      seen = ownPart(scope, 'handMade').varint()
    },
  }
}

describe('verifyOperator', () => {
  test('takes an operator that keeps its state', async () => {
    await verifyOperator(handMade(everyOther((seen) => seen)), { input, expected: [1, 3, 5] })
  })

  test('refuses one that forgets its state in the snapshot, naming the crash', async () => {
    await expect(verifyOperator(handMade(everyOther(() => 0)), { input, expected: [1, 3, 5] })).rejects.toThrow(/^crash after step \d+, \w+ chains, seed 1: outputs differ/)
  })

  test('refuses one that emits twice after a crash', async () => {
    const create = (): RowOperator => {
      let last = NaN
      return {
        shape: 'one',
        apply: (record) => (last = record as number),
        snapshot: (writer) => writer.f64(last),
        restore: (scope) => {
          last = ownPart(scope, 'handMade').f64()
        },
      }
    }
    const twice = (): RowOperator => {
      const operator = create()
      let again = false
      return {
        ...operator,
        apply: (record, context) => {
          if (!again) return operator.apply(record, context)
          again = false
          return (record as number) - 1
        },
        restore: (scope) => {
          operator.restore?.(scope)
          again = true
        },
      }
    }
    await verifyOperator(handMade(create), { input, expected: input })
    await expect(verifyOperator(handMade(twice), { input, expected: input })).rejects.toThrow(/^crash after step \d+, \w+ chains, seed 1: outputs differ/)
  })

  test('refuses a function that changes its input', async () => {
    const grow = (s: DataStream<{ n: number }>) => s.pipe(map((record) => ({ n: ++record.n })))
    await expect(verifyOperator(grow, { input: [{ n: 1 }], expected: [{ n: 2 }] })).rejects.toThrow(/^compiled chains, seed 1: outputs differ/)
  })

  test('refuses state that is kept outside the engine', async () => {
    let total = 0
    const stage = (s: DataStream<number>) => s.pipe(map((n) => (total += n)))
    await expect(verifyOperator(stage, { input, expected: [1, 3, 6, 10, 15, 21] })).rejects.toThrow(/outputs differ/)
  })

  test('names the first record that differs', async () => {
    await expect(verifyOperator((s: DataStream<number>) => s.pipe(map((n) => n)), { input, expected: [1, 2, 4, 4, 5, 6] })).rejects.toThrow(
      'compiled chains, seed 1: outputs differ at 2: expected 4 of 6, received 3 of 6',
    )
  })

  test('refuses outputs in another order unless any order will do', async () => {
    const same = (s: DataStream<number>) => s.pipe(map((n) => n))
    const backwards = [...input].reverse()
    await expect(verifyOperator(same, { input, expected: backwards })).rejects.toThrow(/outputs differ at 0/)
    await verifyOperator(same, { input, expected: backwards, anyOrder: true })
    await expect(verifyOperator(same, { input, expected: [...backwards, 6], anyOrder: true })).rejects.toThrow(/outputs differ/)
    await expect(verifyOperator(same, { input, expected: [6, 6, 5, 4, 3, 2], anyOrder: true })).rejects.toThrow(/outputs differ/)
  })

  test('refuses dead letters that were not expected, and expected ones that did not come', async () => {
    const failing = (s: DataStream<number>) =>
      s.pipe(
        map((n) => {
          if (n === 3) throw new Error('three')
          return n
        }),
      )
    await expect(verifyOperator(failing, { input, expected: [1, 2, 4, 5, 6] })).rejects.toThrow(/dead letters differ/)
    await expect(verifyOperator((s: DataStream<number>) => s.pipe(map((n) => n)), { input, expected: input, fails: [3] })).rejects.toThrow(/dead letters differ/)
  })

  test('refuses a job that fails', async () => {
    const throwing = (): never => {
      throw new Error('never')
    }
    const supervision = oneForOne({ decide: () => 'escalate' })
    await expect(verifyOperator((s: DataStream<number>) => s.pipe(map(throwing)), { input, expected: [], supervision })).rejects.toThrow('compiled chains, seed 1: the job failed')
  })
})
