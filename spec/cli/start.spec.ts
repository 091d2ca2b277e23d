/** What keeps the start of the command short. */
import { expect, test } from 'vitest'
import { sourceFiles } from '../tools/source-tree.ts'

const files = new Map(sourceFiles().map((file) => [file.path, file]))

/** What is loaded with a file, whether it is needed or not. */
const loadedWith = (path: string, found = new Set<string>()): Set<string> => {
  if (found.has(path)) return found
  found.add(path)
  for (const { to, typesOnly, whenNeeded } of files.get(path)?.imports ?? []) if (!typesOnly && !whenNeeded) loadedWith(to, found)
  return found
}

test('nothing is loaded before the compile cache is on', () => {
  expect([...loadedWith('cli/main.ts')]).toEqual(['cli/main.ts'])
})

test('help and refusals load no command', () => {
  expect([...loadedWith('cli/program.ts')].filter((path) => !path.startsWith('cli/') && path !== 'errors.ts')).toEqual([])
})

test('explain loads nothing that runs', () => {
  expect([...loadedWith('cli/explain-command.ts')].filter((path) => path.startsWith('runtime/'))).toEqual([])
})

test('of rxjs only parts are loaded: the whole is two hundred files', () => {
  const whole = [...files.values()].filter(({ text }) => /^import (?!type)[^\n]* from 'rxjs'$/m.test(text)).map(({ path }) => path)
  expect(whole).toEqual([])
})
