/** Functions made from text. */
import { expect, test } from 'vitest'
import { Scope } from '../../lib/code/scope.ts'

test('a value has one name, whoever asks for it, and is itself behind it', () => {
  const scope = new Scope()
  const value = { n: 1 }
  const name = scope.bind(value)
  expect(scope.bind(value)).toBe(name)
  expect(scope.run(`return ${name};`)).toBe(value)
})

test('locals have names of their own, declared together', () => {
  const scope = new Scope()
  const [a, b] = [scope.local(), scope.local()]
  expect(a).not.toBe(b)
  expect(scope.run(`${scope.takeLocals()} ${a} = 1; ${b} = 2; return ${a} + ${b};`)).toBe(3)
  expect(scope.takeLocals()).toBe('')
})

test('nothing is taken from where it is made', () => {
  expect(() => new Scope().run('return scope;')).toThrow(ReferenceError)
})
