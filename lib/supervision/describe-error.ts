/** Anything thrown, as data: users throw strings, null, frozen objects, and objects whose getters throw. */

export interface ErrorFacts {
  /** The thrown thing's own `code` where it has one, else OPERATOR_FAILED. */
  readonly code: string
  readonly message: string
  /** Empty where there is none. */
  readonly stack: string
}

/** Dead letters are kept by the thousand: a message or stack longer than this is cut, UTF-16 units. */
const textMax = 16_384

/** Never throws. */
export const describeError = (thrown: unknown): ErrorFacts => {
  const code = textIn(thrown, 'code')
  return {
    code: code === undefined || code === '' ? 'OPERATOR_FAILED' : cut(code),
    message: cut(textIn(thrown, 'message') ?? textOf(thrown)),
    stack: cut(textIn(thrown, 'stack') ?? ''),
  }
}

const textIn = (thrown: unknown, field: string): string | undefined => {
  if ((typeof thrown !== 'object' && typeof thrown !== 'function') || thrown === null) return undefined
  try {
    const found: unknown = Reflect.get(thrown, field)
    return typeof found === 'string' ? found : undefined
  } catch {
    return undefined
  }
}

const textOf = (thrown: unknown): string => {
  try {
    if (typeof thrown !== 'object' || thrown === null) return String(thrown)
    return JSON.stringify(thrown) ?? 'an object was thrown that cannot be shown'
  } catch {
    return 'something was thrown that cannot be shown'
  }
}

const cut = (text: string): string => (text.length <= textMax ? text : `${text.slice(0, textMax)}…`)
