import { describe, expect, test } from 'vitest'
import { formatDuration, parseDuration } from '../../lib/cli/duration.ts'

describe('a duration of the command line', () => {
  test.each([['50ms', 50], ['10s', 10_000], ['1m', 60_000], ['2h', 7_200_000], ['1.5s', 1_500]])('%s is %d ms', (text, ms) => {
    expect(parseDuration(text)).toBe(ms)
  })

  test.each(['10', '10x', 's', '-1s', '0ms', '1 s', ''])('%j is none', (text) => {
    expect(parseDuration(text)).toBeNull()
  })

  test.each([[12, '12 ms'], [999.6, '1.0 s'], [12_340, '12.3 s'], [59_960, '1 min 0 s'], [185_000, '3 min 5 s'], [7_620_000, '2 h 7 min'], [792_000_000, '9 d 4 h'], [1.8e12, '57 y']])('%d ms are written %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text)
  })
})
