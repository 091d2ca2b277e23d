import { describe, expect, test } from 'vitest'
import { closestName, didYouMean } from '../../lib/api/closest-name.ts'

const known = ['parallelism', 'checkpoints', 'restore', 'supervision']

describe('the name that was meant', () => {
  test.each([
    ['paralelism', 'parallelism'],
    ['chekcpoints', 'checkpoints'],
    ['Restore', 'restore'],
    ['superVison', 'supervision'],
  ])('of %s is %s', (given, meant) => {
    expect(closestName(given, known)).toBe(meant)
  })

  test.each(['x', 'par', 'batch', 'restful-clients'])('of %s is none: no known name is near', (given) => {
    expect(closestName(given, known)).toBeUndefined()
  })

  test('of several near ones is the nearest', () => {
    expect(closestName('limt', ['lint', 'limit', 'list'])).toBe('lint')
    expect(closestName('limitt', ['lint', 'limit', 'list'])).toBe('limit')
  })

  test('of two letters that changed places costs one edit', () => {
    expect(closestName('nua', ['aun', 'nau'])).toBe('nau')
  })

  test('stands in a message behind a semicolon, or not at all', () => {
    expect(didYouMean('outptu', ['output'])).toBe("; did you mean 'output'?")
    expect(didYouMean('zzz', ['output'])).toBe('')
  })
})
