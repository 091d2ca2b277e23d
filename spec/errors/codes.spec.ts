/** Every code can be met, or is said to be out of reach; its message says what, where, and what to do next. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { errorTable } from '../../lib/errors.ts'
import type { ErrorCode } from '../../lib/errors.ts'
import { sourceFiles } from '../tools/source-tree.ts'
import { failingPrograms, unreachable } from './failing-programs.ts'

const codes = Object.keys(errorTable) as ErrorCode[]
let home = ''
beforeAll(() => void (home = mkdtempSync(join(tmpdir(), 'millrace-errors-'))))
afterAll(() => rmSync(home, { recursive: true, force: true }))

describe('a program fails', () => {
  test.each(failingPrograms)('with $code when $when', async ({ code, run, place, next }) => {
    const seen = await run(mkdtempSync(join(home, 'program-')))
    expect(seen).toMatchObject({ code })
    const { message } = seen!
    const lines = message.split('\n')
    expect(message.startsWith(`${code}: `)).toBe(true)
    expect(message).toMatch(place)
    expect(lines.at(-1)!.trim()).toMatch(next)
  })
})

test('every code has a program that fails with it, or a reason why there is none', () => {
  const met = new Set(failingPrograms.map(({ code }) => code))
  expect(codes.filter((code) => !met.has(code) && unreachable[code] === undefined)).toEqual([])
})

test('no code is out of reach that something in lib gives', () => {
  const text = sourceFiles().filter(({ path }) => path !== 'errors.ts').map((file) => file.text).join('\n')
  const given = (code: string): boolean => text.includes(`'${code}'`)
  expect(codes.filter((code) => unreachable[code] !== undefined && given(code))).toEqual([])
  expect(codes.filter((code) => unreachable[code] === undefined && !given(code))).toEqual([])
})
