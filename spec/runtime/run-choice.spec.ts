/** Which form of a compiled chain is run, by what its rows have cost. */
import { expect, test } from 'vitest'
import { RunChoice } from '../../lib/runtime/run-choice.ts'
import type { Form } from '../../lib/runtime/run-choice.ts'

const ROWS = 1_000
/** Batches until all that has to be tried has been. */
const ENOUGH = 2_000

/** The forms of so many batches, rows of which cost that many nanoseconds. */
const played = (choice: RunChoice, cost: (form: Form, batch: number) => number, batches = ENOUGH): Form[] =>
  Array.from({ length: batches }, (_, batch) => {
    const { form } = choice
    choice.timed(ROWS, (cost(form, batch) * ROWS) / 1e6)
    return form
  })

test('light rows stay near, and nothing else is tried', () => {
  expect(new Set(played(new RunChoice(), () => 40))).toEqual(new Set(['near']))
})

test('heavy rows go far where that has been faster', () => {
  expect(played(new RunChoice(), (form) => (form === 'far' ? 900 : 1_900)).at(-1)).toBe('far')
})

test('heavy rows stay near where that has been faster', () => {
  const forms = played(new RunChoice(), (form) => (form === 'far' ? 1_000 : 900))
  expect(forms).toContain('far')
  expect(forms.at(-1)).toBe('near')
})

test('a batch that was disturbed decides nothing', () => {
  expect(played(new RunChoice(), (form, batch) => (form === 'far' ? 900 : 1_900) * (batch % 3 === 0 ? 20 : 1)).at(-1)).toBe('far')
})

test('what is slow only until it is warm is not held against it', () => {
  let batches = 0
  expect(played(new RunChoice(), (form) => (form === 'near' ? 1_000 : ++batches < 10 ? 4_000 : 900)).at(-1)).toBe('far')
})

test('rows that become light come near again', () => {
  const choice = new RunChoice()
  played(choice, (form) => (form === 'far' ? 900 : 1_900))
  expect(played(choice, () => 50, 30_000).at(-1)).toBe('near')
})
