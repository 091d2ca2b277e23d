import { expect, test } from 'vitest'
import { change, isKept, recordAt } from '../generator.ts'
import { expectedResults, keys } from './shape.ts'

test('what W6 must give is what windows made one by one hold', () => {
  const [rate, after, until] = [3_000, 500, 1_700]
  const kept = Array.from({ length: rate * 2 }, (_, index) => ({ ...change(recordAt(index, keys, 1)), at: Math.floor(index / 3) })).filter(isKept)
  let [results, weight] = [0, 0]
  for (let end = 600; end <= until; end += 100) {
    const inWindow = kept.filter(({ at }) => at >= end - 1_000 && at < end)
    results += new Set(inWindow.map(({ key }) => key)).size
    weight += inWindow.length
  }
  expect(expectedResults(rate, after, until)).toEqual({ results, weight })
})
