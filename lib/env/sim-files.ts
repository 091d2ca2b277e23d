/** Files on a simulated disk: every answer is an event of its own, and may be an error. */
import type { FileStat, Files, OpenFile } from './files.ts'
import type { Inode, SimDisk } from './sim-disk.ts'
import type { seededRandom } from './sim-random.ts'

export interface SimFilesHost {
  readonly disk: SimDisk
  readonly random: ReturnType<typeof seededRandom>
  readonly printed: string[]
  readonly ioErrors: number
  /** Calls back later, unless the process has died. */
  settle(run: () => void): void
}

const failure = (code: string, path: string): Error => Object.assign(new Error(`${code}: ${path}`), { code, path })

export const simFiles = ({ disk, random, printed, ioErrors, settle }: SimFilesHost): Files => {
  /** The effect happens at the moment of the answer: what a crash interrupts has not happened. */
  const later = <T>(path: string, effect: () => T): Promise<T> =>
    new Promise((resolve, reject) =>
      settle(() => {
        if (ioErrors > 0 && random.chance(ioErrors)) return reject(failure(random.chance(0.5) ? 'EIO' : 'ENOSPC', path))
        try {
          resolve(effect())
        } catch (error) {
          reject(error as Error)
        }
      }),
    )
  const absolute = (path: string): string => {
    const parts: string[] = []
    for (const part of path.split('/')) {
      if (part === '..') parts.pop()
      else if (part !== '' && part !== '.') parts.push(part)
    }
    return `/${parts.join('/')}`
  }
  const statOf = (inode: Inode): FileStat => ({ size: inode.content.length, isDirectory: false, identity: String(inode.number) })
  const mustExist = (path: string): Inode => {
    const inode = disk.names.get(path)
    if (inode !== undefined) return inode
    throw failure(disk.folders.has(path) ? 'EISDIR' : 'ENOENT', path)
  }
  const fileOf = (inode: Inode, path: string): OpenFile => ({
    read: (into, offset, length, position) =>
      later(path, () => {
        const bytes = inode.content.subarray(position, position + length)
        into.set(bytes, offset)
        return bytes.length
      }),
    write: (bytes, position) => {
      const copy = bytes.slice()
      return later(path, () => disk.write(inode, { at: position, bytes: copy }))
    },
    truncate: (length) => later(path, () => disk.write(inode, { at: length, bytes: null })),
    stat: () => later(path, () => statOf(inode)),
    sync: () => later(path, () => disk.sync(inode)),
    close: () => later(path, () => undefined),
  })
  const parents = (path: string): void => {
    const cut = path.lastIndexOf('/')
    const folder = cut <= 0 ? '/' : path.slice(0, cut)
    if (!disk.folders.has(folder)) throw failure('ENOENT', path)
  }
  return {
    open: (given, mode) => {
      const path = absolute(given)
      return later(path, () => {
        let inode = disk.names.get(path)
        if (inode === undefined) {
          if (mode === 'read' || disk.folders.has(path)) mustExist(path)
          parents(path)
          inode = disk.create(path)
        } else if (mode === 'exclusive') throw failure('EEXIST', path)
        else if (mode === 'create') disk.write(inode, { at: 0, bytes: null })
        return fileOf(inode, path)
      })
    },
    readFile: (given) => {
      const path = absolute(given)
      return later(path, () => mustExist(path).content.slice())
    },
    stat: (given) => {
      const path = absolute(given)
      return later(path, () => (disk.folders.has(path) ? { size: 0, isDirectory: true, identity: path } : statOf(mustExist(path))))
    },
    list: (given) => {
      const folder = absolute(given)
      return later(folder, () => {
        if (!disk.folders.has(folder)) throw failure('ENOENT', folder)
        const prefix = folder === '/' ? '/' : `${folder}/`
        const names = new Set<string>()
        for (const path of [...disk.names.keys(), ...disk.folders])
          if (path.startsWith(prefix) && path.length > prefix.length) names.add(path.slice(prefix.length).split('/')[0]!)
        return [...names].sort()
      })
    },
    rename: (from, to) => {
      const [source, target] = [absolute(from), absolute(to)]
      return later(source, () => {
        mustExist(source)
        parents(target)
        disk.rename(source, target)
      })
    },
    remove: (given) => {
      const path = absolute(given)
      return later(path, () => disk.remove(path))
    },
    removeFolder: (given) => {
      const folder = absolute(given)
      return later(folder, () => {
        for (const path of [...disk.names.keys()]) if (path.startsWith(`${folder}/`)) disk.remove(path)
        for (const path of [...disk.folders]) if (path === folder || path.startsWith(`${folder}/`)) disk.folders.delete(path)
      })
    },
    createFolder: (given) => {
      const folder = absolute(given)
      return later(folder, () => {
        for (let path = folder; path !== '' && !disk.folders.has(path); path = path.slice(0, path.lastIndexOf('/'))) disk.folders.add(path)
      })
    },
    syncFolder: (given) => {
      const folder = absolute(given)
      return later(folder, () => {
        if (!disk.folders.has(folder)) throw failure('ENOENT', folder)
        disk.syncFolder(folder)
      })
    },
    resolve: absolute,
    print: (text) => later('stdout', () => void printed.push(text)),
  }
}
