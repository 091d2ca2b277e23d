import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { codeFrame, shownPath } from '../../lib/cli/code-frame.ts'

let file = ''
let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-frame-'))
  file = join(folder, 'orders.ts')
  writeFileSync(file, ['first', '', '\t\tmap(cents),', `  scan(${'x'.repeat(200)})`, ...Array.from({ length: 6 }, (_, i) => `line ${i + 5}`)].join('\n'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const frame = (line: number, column: number | null, path = file): string[] => codeFrame({ file: path, line, column }, (_, text) => text).split('\n')

test('the caret stands below its column, whatever the width of a tab; blank neighbours are left out', () => {
  expect(frame(3, 3).slice(1, 3)).toEqual(['  3 | \t\tmap(cents),', '    | \t\t^'])
})

test('without a column there is a line and no caret', () => {
  expect(frame(1, null)).toEqual([`${file}:1`, '  1 | first'])
})

test('line numbers are as wide as the last', () => {
  expect(frame(9, 1).slice(1)).toEqual(['   8 | line 8', '   9 | line 9', '     | ^', '  10 | line 10'])
})

test('a long line is cut, and its caret with it', () => {
  const [, , line, ...rest] = frame(4, 170)
  expect(line).toMatch(/^ {2}4 \| {3}scan\(x+…$/)
  expect(rest).toEqual(['  5 | line 5'])
})

test('a file that cannot be read leaves the place', () => {
  expect(frame(3, 1, '/nowhere/orders.ts')).toEqual(['/nowhere/orders.ts:3:1'])
})

test('a line that the file does not have leaves the place', () => {
  expect(frame(99, 1)).toEqual([`${file}:99:1`])
})

test('a file below the working directory is named from there, by path or URL', () => {
  const own = join(process.cwd(), 'spec/tidy.spec.ts')
  expect([shownPath(own), shownPath(pathToFileURL(own).href), shownPath('/elsewhere/a.ts')]).toEqual(['spec/tidy.spec.ts', 'spec/tidy.spec.ts', '/elsewhere/a.ts'])
})
