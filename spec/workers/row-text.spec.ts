import { expect, test } from 'vitest'
import { Part } from '../../lib/state/part.ts'
import { typeOfAll } from '../../lib/workers/codec/column-type.ts'
import { Columns } from '../../lib/workers/codec/column.ts'
import { RowText } from '../../lib/workers/codec/row-text.ts'

const part = new Part([1, 2.5], null, null)
const spilled = new Part([NaN], null, [[0, [1, 2]]])
const numberOf = (...rows: readonly unknown[]): unknown => new RowText(new Columns(typeOfAll(rows)), 'c', () => 'bound').number

test('rows of a batch are said to be parts, or none, or both, as they are', () => {
  expect(numberOf(part, part)).toBeTypeOf('function')
  expect(numberOf({ n: 1 }, { n: 2 })).toBe(null)
  expect(numberOf(1, 2)).toBe(null)
  expect(numberOf({ n: 1 }, part)).toBe(undefined)
  expect(numberOf(spilled)).toBe(undefined)
})
