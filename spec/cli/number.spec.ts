import { expect, test } from 'vitest'
import { formatBytes, formatCount } from '../../lib/cli/number.ts'

test.each([[0, '0'], [999, '999'], [1_000, '1,000'], [1_234_567, '1,234,567'], [12.6, '13']])('%d is counted as %s', (value, text) => {
  expect(formatCount(value)).toBe(text)
})

test.each([[999, '999 B'], [1_000, '1.0 kB'], [12_345, '12.3 kB'], [999_960, '1.0 MB'], [4_000_000_000, '4.0 GB']])('%d bytes are %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text)
})
