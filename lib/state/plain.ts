/** Which objects count as plain data: what `{}`, `Object.create(null)` and `[]` make, of this realm or another one. */

export const isPlainArray = (value: unknown): value is unknown[] =>
  // Array.prototype of any realm is itself an array; the prototype of a subclass is not.
  Array.isArray(value) && Array.isArray(Object.getPrototypeOf(value))

export const isPlainObject = (value: object): value is Record<string, unknown> => {
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype === Object.prototype || prototype === null) return true
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype as object, 'hasOwnProperty')
}

/** Sets a field as data would, also one called `__proto__`, which plain assignment takes for the prototype. */
export const setField = (target: Record<string, unknown>, name: string, value: unknown): void => {
  if (name === '__proto__') Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true })
  else target[name] = value
}
