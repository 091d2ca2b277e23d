import { describe, expect, test } from 'vitest'
import type { DeadLetter } from 'millrace'
import { deadLetterReporter } from '../../lib/cli/dead-letter-report.ts'

const letter = (given: Partial<DeadLetter> = {}, error: Partial<DeadLetter['error']> = {}): DeadLetter => ({
  record: { price: 3 },
  error: { code: 'OPERATOR_FAILED', message: 'no price', stack: 'TypeError: no price\n    at map (node:vm:1:1)', operatorId: 'cents', ...error },
  attempt: 3,
  at: 0,
  reason: 'poison',
  position: "record 17 of 'lines/orders.csv'",
  ...given,
})
const reporter = (): ((letter: DeadLetter) => string | null) => deadLetterReporter((_, text) => text)

describe('the report of a dead letter', () => {
  test('names the stage, the calls, the position, the error and the record', () => {
    expect(reporter()(letter())).toBe(
      [
        "dead letter after 3 calls: TypeError: no price (in 'cents', record 17 of 'lines/orders.csv')",
        '  The record: { price: 3 }',
        "  The job goes on without it. Further ones of 'cents' are only counted.",
      ].join('\n'),
    )
  })

  test('comes once for each stage and code', () => {
    const report = reporter()
    expect([letter(), letter(), letter({}, { code: 'ROW_INVALID' }), letter({}, { operatorId: 'tax' })].map((each) => report(each) !== null)).toEqual([true, false, true, true])
  })

  test('does not come for a record that is late: how many there are is in the summary', () => {
    expect(reporter()(letter({ reason: 'late' }))).toBeNull()
  })

  test('has the code of an error of Millrace, and no advice', () => {
    const text = reporter()(letter({ attempt: 1, position: null }, { code: 'ROW_INVALID', message: "ROW_INVALID: line 3 has 2 cells (in 'orders')\n  Correct the row." }))
    expect(text?.split('\n')[0]).toBe("dead letter: ROW_INVALID: line 3 has 2 cells (in 'orders')")
  })

  test('cuts a long record', () => {
    expect(reporter()(letter({ record: Array.from({ length: 1_000 }, (_, i) => `value ${i}`) }))?.length).toBeLessThan(500)
  })
})
