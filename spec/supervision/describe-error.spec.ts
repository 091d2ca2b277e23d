import { expect, test } from 'vitest'
import { MillraceError } from '../../lib/errors.ts'
import { describeError } from '../../lib/supervision/describe-error.ts'

test('an error of Millrace keeps its code', () => {
  const error = new MillraceError('TIMESTAMP_INVALID', 'no time')
  expect(describeError(error)).toEqual({ code: 'TIMESTAMP_INVALID', message: error.message, stack: error.stack })
})

test('an error keeps a code of its own', () => {
  expect(describeError(Object.assign(new Error('gone'), { code: 'ENOENT' }))).toMatchObject({ code: 'ENOENT', message: 'gone' })
})

test.each<[string, unknown, string]>([
  ['null', null, 'null'],
  ['undefined', undefined, 'undefined'],
  ['a string', 'no', 'no'],
  ['a number', 7, '7'],
  ['a bigint', 7n, '7'],
  ['a symbol', Symbol('s'), 'Symbol(s)'],
  ['a plain object', { reason: 'no' }, '{"reason":"no"}'],
  ['an object with a message', { message: 'no', code: 5 }, 'no'],
  ['a frozen error', Object.freeze(new Error('cold')), 'cold'],
])('%s thrown is OPERATOR_FAILED with its text', (_, thrown, message) => {
  expect(describeError(thrown)).toMatchObject({ code: 'OPERATOR_FAILED', message })
})

const cyclic: Record<string, unknown> = {}
cyclic['self'] = cyclic
const revoked = Proxy.revocable({}, {})
revoked.revoke()
const hostile = {
  get code() {
    throw new Error('code')
  },
  get message() {
    throw new Error('message')
  },
  get stack() {
    throw new Error('stack')
  },
  toJSON() {
    throw new Error('toJSON')
  },
}
test.each([
  ['whose getters throw', hostile],
  ['that is cyclic', cyclic],
  ['that is a revoked proxy', revoked.proxy],
])('an object %s is described without throwing', (_, thrown) => {
  expect(describeError(thrown)).toEqual({ code: 'OPERATOR_FAILED', message: expect.stringContaining('thrown'), stack: '' })
})

test('a message without end is cut', () => {
  expect(describeError(new Error('x'.repeat(1e6))).message.length).toBeLessThan(20_000)
})
