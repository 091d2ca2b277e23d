/** At which moments of event time a watermark has to be sent. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Instants } from '../../lib/time/instants.ts'

const grid = fc.record({ period: fc.integer({ min: 1, max: 20 }), phase: fc.integer({ min: -50, max: 50 }) })
const time = fc.oneof(fc.integer({ min: -100, max: 100 }), fc.integer({ min: -100_000, max: 100_000 }).map((n) => n / 1024))

test('the next moment is the first of any grid after a time', () => {
  fc.assert(
    fc.property(fc.array(grid, { minLength: 1, maxLength: 4 }), time, (grids, at) => {
      const moments = grids.flatMap(({ period, phase }) => Array.from({ length: 400 }, (_, i) => phase + (i - 200) * period)).filter((moment) => moment > at)
      expect(Instants.on(grids).after(at)).toBe(Math.min(...moments))
    }),
  )
})

test('any time at all comes after none, so that the first watermark is always sent', () => {
  expect(Instants.on([{ period: 10, phase: 3 }]).after(-Infinity)).toBeLessThan(-1e300)
})

test('every moment counts where one of several stages waits for every one, and none where nobody waits', () => {
  const some = Instants.on([{ period: 10, phase: 0 }])
  expect(Instants.union([some, Instants.every]).isEvery).toBe(true)
  expect(Instants.union([some, Instants.none]).after(12)).toBe(20)
  expect(Instants.union([]).after(12)).toBe(Infinity)
})

test('with very many grids every moment counts', () => {
  const grids = [7, 11, 13, 17, 19, 23, 29, 31, 37].map((period) => ({ period, phase: 0 }))
  expect(Instants.on(grids).isEvery).toBe(true)
})

test('a grid within another adds nothing', () => {
  const grids = Array.from({ length: 20 }, (_, i) => ({ period: 10 * (i + 1), phase: 0 }))
  expect(Instants.on(grids).isEvery).toBe(false)
  expect(Instants.on(grids).after(5)).toBe(10)
})
