import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { addRestart, noRestarts } from '../../lib/supervision/restart-window.ts'

const endedAfter = (times: readonly number[], intensity: number, period: number): boolean[] => {
  let window = noRestarts
  return times.map((at) => (window = addRestart(window, at, intensity, period)).ended)
}

describe('restarts', () => {
  test('one more than the intensity within the period ends the supervisor', () => {
    expect(endedAfter([0, 1000, 2000], 2, 60_000)).toEqual([false, false, true])
  })

  test('an intensity of 0 allows none', () => {
    expect(endedAfter([5], 0, 1000)).toEqual([true])
  })

  test('exactly a period ago still counts, a second more does not', () => {
    expect(endedAfter([0, 5000], 1, 5000)).toEqual([false, true])
    expect(endedAfter([0, 6000], 1, 5000)).toEqual([false, false])
  })

  test('time is counted in whole seconds', () => {
    expect(endedAfter([0, 5999], 1, 5000)).toEqual([false, true])
    expect(endedAfter([999, 6000], 1, 5000)).toEqual([false, false])
  })

  test('equals the arithmetic of OTP', () => {
    const gaps = fc.array(fc.integer({ min: 0, max: 4000 }))
    fc.assert(
      fc.property(gaps, fc.integer({ min: 0, max: 4 }), fc.integer({ min: 1, max: 6 }), (gapList, intensity, period) => {
        let at = 0
        const times = gapList.map((gap) => (at += gap))
        let restarts: number[] = []
        const ended = times.map((time) => {
          const now = Math.floor(time / 1000)
          const all = [now, ...restarts]
          const cut = all.findIndex((then) => !(now <= then + period))
          restarts = cut < 0 ? all : all.slice(0, cut)
          return restarts.length > intensity
        })
        const until = ended.indexOf(true) + 1 || ended.length
        expect(endedAfter(times.slice(0, until), intensity, period * 1000)).toEqual(ended.slice(0, until))
      }),
    )
  })
})
