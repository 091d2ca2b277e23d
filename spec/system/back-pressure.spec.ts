/** Over threads too, the slowest sink decides how fast the source is read. */
import { expect, test } from 'vitest'
import { run } from './process.ts'

const SECONDS = 60

test.concurrent.each([
  { name: 'keys that come equally often', hot: 0 },
  { name: 'one key that nine records of ten have', hot: 9 },
])('for a minute, with $name: the source waits, memory stays, nothing spins', { timeout: 120_000 }, async ({ hot }) => {
  const { code, stdout, stderr } = await run('spec/system/slow-sink.ts', String(SECONDS), String(hot))
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const { busy, rssMiB, read, written, underWay, perSecond } = JSON.parse(stdout) as Readonly<Record<string, number>>
  // Two sinks take 10,000 a second together; a source alone gives a thousand times as many.
  expect(perSecond).toBeGreaterThan(1_000)
  expect(perSecond).toBeLessThan(10_100)
  // 14 channels of 16,384 rows at most, and what actors have in hand.
  expect(underWay).toBeLessThan(400_000)
  expect(Math.abs(read! - written!)).toBeLessThan(400_000)
  expect(busy).toBeLessThan(0.3)
  expect(rssMiB).toBeLessThan(100)
})
