import { runInThisContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { callSite, sourcePlace, userPlace } from '../../lib/api/call-site.ts'

/** Evaluates an expression as if it stood in that file. */
const inFile = (filename: string, text: string): unknown => {
  const evaluate = runInThisContext(`(callSite) => ${text}`, { filename }) as (given: typeof callSite) => unknown
  return evaluate(callSite)
}

describe('the place where a stage was written', () => {
  test('is file and line, and stands for the column as well', () => {
    const site = inFile('file:///shop/plain.ts', '\n\n  callSite()')
    expect(site).toBe('plain.ts:3')
    expect(sourcePlace('plain.ts:3')).toEqual({ file: 'file:///shop/plain.ts', line: 3, column: 3 })
  })

  test('has no column where several stages stand in one line', () => {
    inFile('file:///shop/crowded.ts', '[callSite(), callSite()]')
    expect(sourcePlace('crowded.ts:1')).toEqual({ file: 'file:///shop/crowded.ts', line: 1, column: null })
  })

  test('has a folder where another file of that name has a stage in that line', () => {
    expect(inFile('file:///shop/north/orders.ts', 'callSite()')).toBe('orders.ts:1')
    expect(inFile('file:///shop/south/orders.ts', 'callSite()')).toBe('south/orders.ts:1')
    expect(inFile('file:///shop/north/orders.ts', 'callSite()')).toBe('orders.ts:1')
    expect(sourcePlace('south/orders.ts:1')?.file).toBe('file:///shop/south/orders.ts')
  })

  test('is unknown to what callSite never returned', () => {
    expect(sourcePlace('nowhere.ts:1')).toBeUndefined()
  })
})

describe('the place in a stack', () => {
  const own = new URL('../../lib/runtime/job.ts', import.meta.url)
  const stackOf = (...frames: string[]): string => ['Error: no', ...frames.map((frame) => `    at ${frame}`)].join('\n')

  test('is the innermost that is neither in Millrace nor in Node nor in a package', () => {
    const stack = stackOf(
      'Object.open (node:fs:12:3)',
      'parse (/shop/node_modules/csv/index.js:9:1)',
      `run (${own.href}:1:2)`,
      `run (${own.pathname}:1:2)`,
      'async cents (file:///shop/orders.ts:14:5)',
      'main (/shop/main.ts:1:1)',
    )
    expect(userPlace(stack)).toEqual({ file: 'file:///shop/orders.ts', line: 14, column: 5 })
  })

  test.each([
    ['/shop/orders.ts:2:7', '/shop/orders.ts'],
    ['async /shop/orders.ts:2:7', '/shop/orders.ts'],
    ['new Order (/shop/orders.ts:2:7)', '/shop/orders.ts'],
    ['async Promise.all (C:\\shop\\orders.ts:2:7)', 'C:\\shop\\orders.ts'],
    ['file:///shop/orders.ts?again=1:2:7', 'file:///shop/orders.ts'],
  ])('is found in the frame %s', (frame, file) => {
    expect(userPlace(stackOf(frame))).toEqual({ file, line: 2, column: 7 })
  })

  test.each([['node:internal/fs/promises:639:10'], ['async open (node:internal/fs/promises:639:10)'], ['Array.map (<anonymous>)']])('is not %s', (frame) => {
    expect(userPlace(stackOf(frame))).toBeUndefined()
  })
})
