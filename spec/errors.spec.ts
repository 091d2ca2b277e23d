/** What errors say, and the page that lists them. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { MillraceError, errorTable, hasCode } from '../lib/errors.ts'
import { errorsPage } from './tools/errors-page.ts'
import { root } from './tools/markdown.ts'

test('docs/errors.md is the table of lib/errors.ts', () => {
  const file = join(root, 'docs/errors.md')
  const expected = errorsPage(errorTable)
  if (process.env['UPDATE_DOCS'] === '1') writeFileSync(file, expected)
  expect(readFileSync(file, 'utf8')).toBe(expected)
})

test('every code says in whole sentences what it means and what to do', () => {
  for (const { means, next } of Object.values(errorTable)) {
    expect(means).toMatch(/^[A-Z].*\.$/)
    expect(next).toMatch(/^[A-Z].*[.]$/)
  }
})

test('a message says what happened, where, and what to do next', () => {
  const error = new MillraceError('ROW_INVALID', 'line 3 has 2 cells', { operatorId: 'orders', site: 'shop.ts:14', next: 'Add a cell.' })
  expect(error.message).toBe("ROW_INVALID: line 3 has 2 cells (in 'orders' at shop.ts:14)\n  Add a cell.")
})

test('a message without advice of its own gives that of its code', () => {
  expect(new MillraceError('OVERFLOW', 'full').message).toContain(errorTable.OVERFLOW.next)
})

test('errors are told apart by code, not by class', () => {
  expect(hasCode({ code: 'OVERFLOW' }, 'OVERFLOW')).toBe(true)
  expect(hasCode({ code: 'ENOENT' })).toBe(false)
  expect(hasCode(new Error('plain'))).toBe(false)
})
