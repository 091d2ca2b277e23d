/** The program in README.md runs as it stands and prints what the page says. */
import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { blocks, page, root } from '../tools/markdown.ts'

test('the first program of README.md prints what the page says it prints', () => {
  const readme = page('README.md')
  const [program] = blocks(readme, 'ts')
  const [printed] = blocks(readme, 'text')
  const args = ['--conditions=@millrace/source', '--input-type=module-typescript', '--eval', program!]
  expect(execFileSync(process.execPath, args, { cwd: root, encoding: 'utf8' })).toBe(printed)
})
