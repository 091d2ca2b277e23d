import { describe, expect, test } from 'vitest'
import { median, slope, spread } from './statistics.ts'

describe('of several measurements', () => {
  test('the median is the one in the middle', () => {
    expect(median([9, 1, 5])).toBe(5)
    expect(median([])).toBeNaN()
  })

  test('the spread is the least and the most', () => {
    expect(spread([0.25, 0.5, 0.125], 2)).toBe('0.13–0.50')
  })

  test('the slope is that of the least squares', () => {
    expect(slope([{ x: 1, y: 5 }, { x: 2, y: 7 }, { x: 3, y: 9 }])).toBe(2)
    expect(slope([{ x: 0, y: 0 }, { x: 1, y: 3 }, { x: 2, y: 0 }])).toBe(0)
    expect(slope([{ x: 1, y: 1 }])).toBeNaN()
  })
})
