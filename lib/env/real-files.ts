/** Files over node:fs/promises; errors keep Node's codes. */
import { constants } from 'node:fs'
import { mkdir, open, readFile, readdir, rename, rm, stat } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Stats } from 'node:fs'
import type { FileStat, Files, OpenFile } from './files.ts'

const { O_CREAT, O_EXCL, O_RDONLY, O_RDWR, O_TRUNC } = constants
const flags = { read: O_RDONLY, write: O_RDWR | O_CREAT, create: O_RDWR | O_CREAT | O_TRUNC, exclusive: O_RDWR | O_CREAT | O_EXCL }

const statOf = (stats: Stats): FileStat => ({ size: stats.size, isDirectory: stats.isDirectory(), identity: `${stats.dev}:${stats.ino}` })

const fileOf = (handle: FileHandle): OpenFile => ({
  read: async (into, offset, length, position) => (await handle.read(into, offset, length, position)).bytesRead,
  write: async (bytes, position) => {
    for (let done = 0; done < bytes.length; ) done += (await handle.write(bytes, done, bytes.length - done, position + done)).bytesWritten
  },
  truncate: (length) => handle.truncate(length),
  stat: async () => statOf(await handle.stat()),
  sync: () => handle.sync(),
  close: () => handle.close(),
})

export const realFiles = (): Files => ({
  open: async (path, mode) => fileOf(await open(path, flags[mode])),
  readFile: (path) => readFile(path),
  stat: async (path) => statOf(await stat(path)),
  list: async (folder) => (await readdir(folder)).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0)),
  rename: (from, to) => rename(from, to),
  remove: (path) => rm(path, { force: true }),
  removeFolder: (path) => rm(path, { recursive: true, force: true }),
  createFolder: async (path) => void (await mkdir(path, { recursive: true })),
  syncFolder: async (path) => {
    const handle = await open(path, O_RDONLY)
    try {
      await handle.sync()
    } finally {
      await handle.close()
    }
  },
  resolve: (path) => resolve(path),
  print: (text) => new Promise((done, fail) => void process.stdout.write(text, (error) => (error ? fail(error) : done()))),
})
