import { describe, expect, test } from 'vitest'
import type { JobMetrics, OperatorMetrics } from 'millrace'
import { operatorTable, summaryTable } from '../../lib/cli/summary.ts'

const none = { records: 0, results: 0, late: 0, deadLetters: 0, restarts: 0, checkpoints: 0 }
const actor = (given: Partial<OperatorMetrics>): OperatorMetrics => ({ ...none, in: 0, out: 0, busy: 0, cloned: 0, watermark: NaN, ...given })
const lines = (operators: JobMetrics['operators'], restarts = 0): string[] => (operatorTable({ ...none, restarts, operators }) ?? '').split('\n')

describe('the table of the actors', () => {
  test('adds the instances of one together', () => {
    const operators = { 'sums/0': actor({ in: 600, out: 60, late: 1, busy: 5 }), 'sums/1': actor({ in: 634, out: 40, deadLetters: 2, busy: 4 }) }
    expect(lines(operators)).toEqual(['  actor     in  out  late  dead letters  time', '  sums   1,234  100     1             2  9 ms'])
  })

  test('has one line for stages in front of a sink and what writes to it', () => {
    const operators = { 'out/0': actor({ in: 10, out: 7, deadLetters: 3 }), 'out/0!': actor({ in: 7, out: 7 }) }
    expect(lines(operators)[1]).toBe('  out    10    7     0             3  0 ms')
  })

  test('has one line for a sink without stages', () => {
    expect(lines({ 'out/0!': actor({ in: 7, out: 7 }) })[1]).toBe('  out     7    7     0             0  0 ms')
  })

  test('leaves out what keeps the dead letters', () => {
    expect(lines({ 'a/0': actor({}), '#dead-letters/0!': actor({ in: 9, out: 9 }) })).toHaveLength(2)
  })

  test('says that it counts since the restart', () => {
    expect(lines({ 'a/0': actor({}) }, 1)[0]).toMatch(/^ {2}since the restart /)
  })

  test('is none where nothing ran', () => {
    expect(operatorTable({ ...none, operators: {} })).toBeNull()
  })
})

test('the totals have names to the left and figures to the right, and the last checkpoint', () => {
  const text = summaryTable({ ...none, records: 1_234, elapsed: 12_400 }, { bytes: 12_345, tookMs: 4 })
  expect(text.split('\n').slice(0, 2)).toEqual(['  records                    1,234', '  results                        0'])
  expect(text).toContain('  last checkpoint  12.3 kB in 4 ms\n')
  expect(text).toMatch(/ {2}elapsed +12\.4 s$/)
})
