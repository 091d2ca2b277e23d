/** What every `Files` promises, real or simulated. */
import { describe, expect, it } from 'vitest'
import type { Files } from '../../lib/env/files.ts'
import { bytesOf, textOf } from './in-world.ts'

/** Runs a program with files, in an empty folder of its own. */
export type InFolder = <T>(program: (files: Files, folder: string) => Promise<T>) => Promise<T>

const put = async (files: Files, path: string, text: string): Promise<void> => {
  const file = await files.open(path, 'create')
  await file.write(bytesOf(text), 0)
  await file.close()
}

const codeOf = async (attempt: Promise<unknown>): Promise<unknown> =>
  attempt.then(
    () => 'no error',
    (error: unknown) => (error as { code?: unknown }).code,
  )

export const describeFiles = (name: string, inFolder: InFolder): void => {
  describe(`${name}: files`, () => {
    it('are read as they were written', () =>
      inFolder(async (files, folder) => {
        await put(files, `${folder}/a`, 'hello')
        expect(textOf(await files.readFile(`${folder}/a`))).toBe('hello')
      }))

    it('are written at a position, and zeros fill what was left out', () =>
      inFolder(async (files, folder) => {
        const file = await files.open(`${folder}/a`, 'write')
        await file.write(bytesOf('xyz'), 4)
        await file.write(bytesOf('ab'), 0)
        await file.close()
        expect([...(await files.readFile(`${folder}/a`))]).toEqual([97, 98, 0, 0, 120, 121, 122])
      }))

    it('take the bytes of a write when it is called', () =>
      inFolder(async (files, folder) => {
        const file = await files.open(`${folder}/a`, 'write')
        await file.write(new Uint8Array([1, 2, 3, 4]).subarray(1, 3), 0)
        await file.close()
        expect([...(await files.readFile(`${folder}/a`))]).toEqual([2, 3])
      }))

    it('give up to `length` bytes, at the end fewer, and then none', () =>
      inFolder(async (files, folder) => {
        await put(files, `${folder}/a`, 'hello')
        const file = await files.open(`${folder}/a`, 'read')
        const into = new Uint8Array(8)
        expect(await file.read(into, 2, 3, 1)).toBe(3)
        expect(textOf(into.subarray(2, 5))).toBe('ell')
        expect(await file.read(into, 0, 8, 3)).toBe(2)
        expect(await file.read(into, 0, 8, 5)).toBe(0)
        expect(await file.read(into, 0, 8, 50)).toBe(0)
        await file.close()
      }))

    it('are cut and stretched by truncate', () =>
      inFolder(async (files, folder) => {
        await put(files, `${folder}/a`, 'hello')
        const file = await files.open(`${folder}/a`, 'write')
        await file.truncate(2)
        await file.truncate(4)
        expect((await file.stat()).size).toBe(4)
        await file.sync()
        await file.close()
        expect([...(await files.readFile(`${folder}/a`))]).toEqual([104, 101, 0, 0])
      }))

    it("keep their content when they are opened to 'write', and lose it when to 'create'", () =>
      inFolder(async (files, folder) => {
        await put(files, `${folder}/a`, 'hello')
        await (await files.open(`${folder}/a`, 'write')).close()
        expect((await files.stat(`${folder}/a`)).size).toBe(5)
        await (await files.open(`${folder}/a`, 'create')).close()
        expect((await files.stat(`${folder}/a`)).size).toBe(0)
      }))

    it("are created once by 'exclusive', even by two at the same time", () =>
      inFolder(async (files, folder) => {
        const attempts = await Promise.allSettled([files.open(`${folder}/a`, 'exclusive'), files.open(`${folder}/a`, 'exclusive')])
        expect(attempts.map((attempt) => attempt.status).sort()).toEqual(['fulfilled', 'rejected'])
        for (const attempt of attempts) {
          if (attempt.status === 'fulfilled') await attempt.value.close()
          else expect(attempt.reason).toMatchObject({ code: 'EEXIST' })
        }
      }))

    it('keep their identity when they are renamed, and another file has another', () =>
      inFolder(async (files, folder) => {
        await put(files, `${folder}/a`, 'a')
        await put(files, `${folder}/b`, 'b')
        const [a, b] = [await files.stat(`${folder}/a`), await files.stat(`${folder}/b`)]
        expect(a.identity).not.toBe(b.identity)
        await files.rename(`${folder}/a`, `${folder}/b`)
        expect((await files.stat(`${folder}/b`)).identity).toBe(a.identity)
        expect(textOf(await files.readFile(`${folder}/b`))).toBe('a')
        expect(await files.list(folder)).toEqual(['b'])
      }))

    it('stay readable through an open handle after another took their name', () =>
      inFolder(async (files, folder) => {
        await put(files, `${folder}/a`, 'old')
        await put(files, `${folder}/b`, 'new')
        const old = await files.open(`${folder}/a`, 'read')
        await files.rename(`${folder}/b`, `${folder}/a`)
        const into = new Uint8Array(3)
        await old.read(into, 0, 3, 0)
        await old.close()
        expect(textOf(into)).toBe('old')
      }))

    it('refuse a closed handle', () =>
      inFolder(async (files, folder) => {
        const file = await files.open(`${folder}/a`, 'write')
        await file.close()
        expect(await codeOf(file.write(bytesOf('x'), 0))).toBe('EBADF')
      }))

    it('are listed by code unit, with folders among them', () =>
      inFolder(async (files, folder) => {
        for (const name of ['b', 'a', 'B', '10', '9', 'é']) await put(files, `${folder}/${name}`, '')
        await files.createFolder(`${folder}/c/d`)
        expect(await files.list(folder)).toEqual(['10', '9', 'B', 'a', 'b', 'c', 'é'])
        expect(await files.stat(`${folder}/c`)).toMatchObject({ isDirectory: true })
      }))

    it('may be created, removed and synced again and again', () =>
      inFolder(async (files, folder) => {
        await files.createFolder(`${folder}/c/d`)
        await files.createFolder(`${folder}/c/d`)
        await put(files, `${folder}/c/d/x`, 'x')
        await files.syncFolder(`${folder}/c/d`)
        await files.remove(`${folder}/c/d/x`)
        await files.remove(`${folder}/c/d/x`)
        await files.removeFolder(`${folder}/c`)
        await files.removeFolder(`${folder}/c`)
        expect(await files.list(folder)).toEqual([])
      }))

    it('say ENOENT of what is not there', () =>
      inFolder(async (files, folder) => {
        const gone = `${folder}/gone`
        expect(await codeOf(files.readFile(gone))).toBe('ENOENT')
        expect(await codeOf(files.open(gone, 'read'))).toBe('ENOENT')
        expect(await codeOf(files.stat(gone))).toBe('ENOENT')
        expect(await codeOf(files.list(gone))).toBe('ENOENT')
        expect(await codeOf(files.rename(gone, `${folder}/a`))).toBe('ENOENT')
        expect(await codeOf(files.syncFolder(gone))).toBe('ENOENT')
        expect(await codeOf(files.open(`${gone}/a`, 'create'))).toBe('ENOENT')
      }))

    it('say ENOTDIR, EISDIR and EEXIST as Node does', () =>
      inFolder(async (files, folder) => {
        await put(files, `${folder}/file`, '')
        await files.createFolder(`${folder}/sub`)
        expect(await codeOf(files.readFile(`${folder}/file/a`))).toBe('ENOTDIR')
        expect(await codeOf(files.stat(`${folder}/file/a`))).toBe('ENOTDIR')
        expect(await codeOf(files.open(`${folder}/file/a`, 'create'))).toBe('ENOTDIR')
        expect(await codeOf(files.list(`${folder}/file`))).toBe('ENOTDIR')
        expect(await codeOf(files.createFolder(`${folder}/file/a`))).toBe('ENOTDIR')
        expect(await codeOf(files.createFolder(`${folder}/file`))).toBe('EEXIST')
        expect(await codeOf(files.readFile(`${folder}/sub`))).toBe('EISDIR')
        expect(await codeOf(files.open(`${folder}/sub`, 'create'))).toBe('EISDIR')
        expect(await codeOf(files.rename(`${folder}/file`, `${folder}/sub`))).toBe('EISDIR')
        expect(await codeOf(files.remove(`${folder}/sub`))).toBe('ERR_FS_EISDIR')
      }))

    it('resolve a path to an absolute one', () =>
      inFolder(async (files, folder) => {
        expect(files.resolve(`${folder}/a/../b/./c`)).toBe(`${folder}/b/c`)
        expect(files.resolve('a')).toMatch(/^\/.*\ba$/)
      }))
  })
}
