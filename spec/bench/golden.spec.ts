import { describe, expect, test } from 'vitest'
import { checkTotals, expectedTotals, golden } from './golden.ts'
import { workloads } from './workload.ts'
import type { Workload } from './workload.ts'

const [W1, W2] = workloads as readonly [Workload, Workload]

describe('the totals of a run', () => {
  test('are the golden ones of the workload', () => {
    expect(() => checkTotals(W1, 1, golden.W1, expectedTotals(W1))).not.toThrow()
  })

  test.each(['outputs', 'sumCount', 'sumValue'] as const)('are no result where %s differs by one', (field) => {
    expect(() => checkTotals(W1, 1, { ...golden.W1, [field]: golden.W1[field] + 1 }, golden.W1)).toThrow(/W1: the totals are .* and must be .*: no result/)
  })

  test('leave the sum of running sums open where the generator is split', () => {
    const other = { ...golden.W2, sumValue: golden.W2.sumValue + 1 }
    expect(() => checkTotals(W2, 2, other, golden.W2)).not.toThrow()
    expect(() => checkTotals(W2, 1, other, golden.W2)).toThrow('no result')
    expect(() => checkTotals(W1, 2, { ...golden.W1, sumValue: 0 }, golden.W1)).toThrow('no result')
  })

  test('are those of the plain loop where the number of records is another', () => {
    expect(expectedTotals({ ...W2, records: 3 })).toMatchObject({ outputs: 3, sumCount: 3 })
  })
})
