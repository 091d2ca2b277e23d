import { describe, expect, test } from 'vitest'
import { formatDuration, parseDuration } from '../../lib/cli/duration.ts'

describe('a duration of the command line', () => {
  test.each([['50ms', 50], ['10s', 10_000], ['1m', 60_000], ['2h', 7_200_000], ['1.5s', 1_500]])('%s is %d ms', (text, ms) => {
    expect(parseDuration(text)).toBe(ms)
  })

  test.each(['10', '10x', 's', '-1s', '0ms', '1 s', ''])('%j is none', (text) => {
    expect(parseDuration(text)).toBeNull()
  })

  test.each([[12, '12 ms'], [12_340, '12.3 s'], [59_960, '1 min 0 s'], [185_000, '3 min 5 s']])('%d ms are written %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text)
  })
})
