import { afterEach, describe, expect, test } from 'vitest'
import {
  checkParameters,
  enterParameters,
  isParameterFailure,
  parameter,
  parametersFromText,
  resolveParameter,
  usingParameters,
} from '../../lib/api/parameter.ts'
import type { ParameterType } from '../../lib/api/parameter.ts'

afterEach(() => void enterParameters(null))

const inJob = <T>(given: Record<string, unknown>, fn: () => T): T => {
  enterParameters(checkParameters(given))
  return fn()
}
const thrown = (fn: () => unknown): unknown => {
  try {
    fn()
  } catch (error) {
    return error
  }
  throw new Error('nothing was thrown')
}
/** A Standard Schema of even numbers, which it halves. */
const even = {
  '~standard': {
    version: 1 as const,
    vendor: 'spec',
    validate: (value: unknown) =>
      typeof value === 'number' && value % 2 === 0 ? { value: value / 2 } : { issues: [{ message: 'must be even' }] },
  },
}

describe('a parameter', () => {
  test('has the value of the job whose step is running', () => {
    const limit = parameter('limit-a', 'INT', { default: 1 })
    const first = checkParameters({ 'limit-a': 5 })
    const second = checkParameters({})
    expect(enterParameters(first)).toBeNull()
    expect(limit.value).toBe(5)
    expect(enterParameters(second)).toBe(first)
    expect(limit.value).toBe(1)
  })

  test('read outside a job fails', () => {
    expect(thrown(() => parameter('limit-b', 'INT', { default: 1 }).value)).toMatchObject({ code: 'OPTION_INVALID' })
  })

  test('that is missing or of another type fails at its first reading, as a failure of the job', () => {
    const limit = parameter('limit-c', 'INT')
    const missing = inJob({}, () => thrown(() => limit.value))
    expect(missing).toMatchObject({ code: 'OPTION_INVALID', message: expect.stringContaining("'limit-c' (INT) is missing") })
    expect(isParameterFailure(missing)).toBe(true)
    expect(isParameterFailure(new Error('x'))).toBe(false)
    expect(inJob({ 'limit-c': 'ten' }, () => thrown(() => limit.value))).toMatchObject({
      message: expect.stringContaining('\'limit-c\' must be INT, not "ten"'),
    })
  })

  test.each<[ParameterType & string, unknown[], unknown[]]>([
    ['INT', [0, -5, 2 ** 31 - 1], [1.5, 2 ** 31, NaN, '1', 1n]],
    ['DOUBLE', [1.5, -0], [NaN, Infinity, '1']],
    ['STRING', ['', 'x'], [1, null]],
    ['BOOLEAN', [true, false], ['true', 1, null]],
  ])('of type %s takes its values and no others', (type, good, bad) => {
    const p = parameter(`typed-${type}`, type)
    for (const value of good) expect(inJob({ [p.name]: value }, () => p.value)).toBe(value)
    for (const value of bad) expect(inJob({ [p.name]: value }, () => thrown(() => p.value))).toMatchObject({ code: 'OPTION_INVALID' })
  })

  test('by a Standard Schema has what the schema makes of it', () => {
    const half = parameter('half', even)
    expect(inJob({ half: 8 }, () => half.value)).toBe(4)
    expect(inJob({ half: 7 }, () => thrown(() => half.value))).toMatchObject({ message: expect.stringContaining("'half': must be even") })
  })

  test.each([
    ['a b', 'INT', {}],
    ['ok', 'NUMBER', {}],
    ['ok', 'INT', { default: 1.5 }],
    ['ok', 'INT', { fallback: 1 }],
  ])('%s of %s with %j is refused', (name, type, options) => {
    expect(thrown(() => parameter(name, type as 'INT', options as object))).toMatchObject({ code: 'OPTION_INVALID' })
  })
})

describe('checkParameters', () => {
  test('names every name that is no parameter and every fault of a connector’s', () => {
    const path = parameter('path-d', 'STRING')
    const rate = parameter('rate-d', 'INT')
    const fine = parameter('fine-d', 'INT', { default: 3 })
    const connector = usingParameters({}, path, 7, rate, fine)
    const error = thrown(() => checkParameters({ 'rate-d': 'x', pth: '/', nme: 1 }, [connector]))
    for (const part of ["'pth' is no", "'nme' is no", "'path-d' (STRING) is missing", "'rate-d' must be INT"])
      expect(error).toMatchObject({ code: 'OPTION_INVALID', message: expect.stringContaining(part) })
  })

  test('asks nothing for a parameter that only functions, or connectors of another topology, read', () => {
    usingParameters({}, parameter('elsewhere-e', 'INT'))
    expect(() => checkParameters({}, [{}])).not.toThrow()
  })
})

describe('resolveParameter', () => {
  test('gives a value itself and a parameter’s value', () => {
    const path = parameter('path-f', 'STRING')
    expect(resolveParameter('a.csv')).toBe('a.csv')
    expect(inJob({ 'path-f': 'b.csv' }, () => resolveParameter<string>(path))).toBe('b.csv')
  })
})

describe('parametersFromText', () => {
  test('turns text into what each parameter expects, and leaves what it cannot', () => {
    parameter('n-g', 'INT')
    parameter('d-g', 'DOUBLE')
    parameter('b-g', 'BOOLEAN')
    parameter('s-g', 'STRING')
    expect(parametersFromText({ 'n-g': '12', 'd-g': '1.5', 'b-g': 'false', 's-g': '12', unknown: '1' })).toEqual({
      'n-g': 12,
      'd-g': 1.5,
      'b-g': false,
      's-g': '12',
      unknown: '1',
    })
    expect(parametersFromText({ 'n-g': '', 'd-g': '1,5', 'b-g': 'yes' })).toEqual({ 'n-g': '', 'd-g': '1,5', 'b-g': 'yes' })
  })
})
