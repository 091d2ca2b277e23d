/** Over threads too, the slowest sink decides how fast the source is read. */
import { expect, test } from 'vitest'
import { run } from './process.ts'

const SECONDS = 60

const watched = async (hot: number, speed: number) => {
  const { code, stdout, stderr } = await run('spec/system/slow-sink.ts', String(SECONDS), String(hot), String(speed))
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const { busy, rssMiB, read, written, underWay, perSecond } = JSON.parse(stdout) as Readonly<Record<string, number>>
  // Some channels of 16,384 rows, and what actors have in hand.
  expect(underWay).toBeLessThan(400_000)
  expect(Math.abs(read! - written!)).toBeLessThan(400_000)
  return { busy, rssMiB, perSecond }
}

test.concurrent('a sink that takes a thousandth of what the source gives: for a minute the source waits, and nothing spins', { timeout: 120_000 }, async () => {
  const { busy, rssMiB, perSecond } = await watched(0, 2)
  expect(perSecond).toBeGreaterThan(1_000)
  expect(perSecond).toBeLessThan(4_100)
  expect(busy).toBeLessThan(0.2)
  expect(rssMiB).toBeLessThan(150)
})

test.concurrent('one key that nine records of ten have, and a sink that takes more: memory stays', { timeout: 120_000 }, async () => {
  const { rssMiB, perSecond } = await watched(9, 20)
  expect(perSecond).toBeGreaterThan(10_000)
  expect(rssMiB).toBeLessThan(100)
})
