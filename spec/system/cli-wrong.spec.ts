/** What somebody reads who gets a program wrong: the whole text, from processes of their own. UPDATE_GOLDEN=1 writes the texts anew. */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { expectGolden, normalised } from '../cli/golden-text.ts'
import { wrongPrograms } from '../cli/wrong-programs.ts'
import { root, startIn } from './process.ts'
import type { Ended } from './process.ts'

// In the repository: a module finds `millrace` from where it lies.
let home = ''
beforeAll(() => void (home = mkdtempSync(join(root, 'spec/cli/.golden-'))))
afterAll(() => rmSync(home, { recursive: true, force: true }))

const folderOf = (name: string, files: Readonly<Record<string, string>>): string => {
  const folder = join(home, name)
  mkdirSync(folder)
  for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text)
  return folder
}

const transcript = (folder: string, args: readonly string[], { code, stdout, stderr }: Ended): string =>
  normalised(`$ millrace ${args.join(' ')}\n${stdout}${stderr}exit ${code}\n`, folder)

describe.concurrent('a program that is wrong', { timeout: 60_000 }, () => {
  const possible = wrongPrograms.filter(({ stdout }) => stdout === undefined || existsSync(stdout))
  test.each(possible)('$name', async ({ name, files, args, code, ...shell }) => {
    const folder = folderOf(name, files)
    const ended = await startIn(folder, args, shell).ended
    expectGolden(name, transcript(folder, args, ended))
    expect(ended.code).toBe(code)
  })
})
