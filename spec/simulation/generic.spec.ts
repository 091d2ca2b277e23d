import { expect, test } from 'vitest'

/** The other specs of this project mean nothing without it. */
test('no code can be made from strings here, so that nothing is compiled', () => {
  // oxlint-disable-next-line typescript/no-implied-eval -- this is what has to be refused
  expect(() => new Function('return 1')).toThrow('Code generation from strings disallowed')
})
