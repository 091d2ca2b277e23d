/** Equality that overlooks nothing: types, prototypes, −0, what is undefined and what is missing, and the order of fields. */
import assert from 'node:assert/strict'

export const assertSame = (actual: unknown, expected: unknown): void => {
  assert.deepStrictEqual(actual, expected)
  assert.deepStrictEqual(orderOf(actual), orderOf(expected))
}

/** Names of fields as they come, all the way down. */
const orderOf = (value: unknown): unknown => {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return null
  if (value instanceof Map) return [...value].map(([key, held]) => [orderOf(key), orderOf(held)])
  if (value instanceof Set) return [...value].map(orderOf)
  return Object.keys(value).map((name) => [name, orderOf((value as Record<string, unknown>)[name])])
}
