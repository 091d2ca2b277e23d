/** Files on a simulated disk: every answer is an event of its own, and may be an error; the codes are those of Node. */
import { folderOf } from './files.ts'
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

const absolute = (path: string): string => {
  const parts: string[] = []
  for (const part of path.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '' && part !== '.') parts.push(part)
  }
  return `/${parts.join('/')}`
}

const statOf = (inode: Inode): FileStat => ({ size: inode.content.length, isDirectory: false, identity: String(inode.number) })

export const simFiles = ({ disk, random, printed, ioErrors, settle }: SimFilesHost): Files => {
  /** The effect happens at the moment of the answer: what a crash interrupts has not happened. */
  const later = <T>(path: string, effect: () => T, failedEffect: () => void = () => {}): Promise<T> =>
    new Promise((resolve, reject) =>
      settle(() => {
        try {
          if (ioErrors > 0 && random.chance(ioErrors)) {
            failedEffect()
            throw failure(random.chance(0.5) ? 'EIO' : 'ENOSPC', path)
          }
          resolve(effect())
        } catch (error) {
          reject(error as Error)
        }
      }),
    )

  /** What Node says of a path that names nothing. */
  const missing = (path: string): Error => {
    for (let above = folderOf(path); above !== '/'; above = folderOf(above)) if (disk.names.has(above)) return failure('ENOTDIR', path)
    return failure('ENOENT', path)
  }
  const mustBeFile = (path: string): Inode => {
    const inode = disk.names.get(path)
    if (inode !== undefined) return inode
    throw disk.folders.has(path) ? failure('EISDIR', path) : missing(path)
  }
  const mustBeFolder = (path: string): void => {
    if (disk.names.has(path)) throw failure('ENOTDIR', path)
    if (!disk.folders.has(path)) throw missing(path)
  }
  const mustHaveFolder = (path: string): void => {
    if (!disk.folders.has(folderOf(path))) throw missing(path)
  }

  const fileOf = (inode: Inode, path: string): OpenFile => {
    let isOpen = true
    const onFile = <T>(effect: () => T, failedEffect?: () => void): Promise<T> =>
      later(
        path,
        () => {
          if (!isOpen) throw failure('EBADF', path)
          return effect()
        },
        failedEffect,
      )
    return {
      read: (into, offset, length, position) =>
        onFile(() => {
          const bytes = inode.content.subarray(position, position + length)
          into.set(bytes, offset)
          return bytes.length
        }),
      write: (bytes, position) => {
        const copy = bytes.slice()
        return onFile(
          () => disk.write(inode, { at: position, bytes: copy }),
          () => disk.write(inode, { at: position, bytes: copy.subarray(0, random.below(copy.length + 1)) }),
        )
      },
      truncate: (length) => onFile(() => disk.write(inode, { at: length, bytes: null })),
      stat: () => onFile(() => statOf(inode)),
      sync: () =>
        onFile(
          () => disk.sync(inode),
          () => disk.failSync(inode, random),
        ),
      close: () => onFile(() => void (isOpen = false)),
    }
  }

  return {
    open: (given, mode) => {
      const path = absolute(given)
      return later(path, () => {
        let inode = disk.names.get(path)
        if (inode === undefined) {
          if (mode === 'read' || disk.folders.has(path)) mustBeFile(path)
          mustHaveFolder(path)
          inode = disk.create(path)
        } else if (mode === 'exclusive') throw failure('EEXIST', path)
        else if (mode === 'create') disk.write(inode, { at: 0, bytes: null })
        return fileOf(inode, path)
      })
    },
    readFile: (given) => {
      const path = absolute(given)
      return later(path, () => mustBeFile(path).content.slice())
    },
    stat: (given) => {
      const path = absolute(given)
      return later(path, () => (disk.folders.has(path) ? { size: 0, isDirectory: true, identity: path } : statOf(mustBeFile(path))))
    },
    list: (given) => {
      const folder = absolute(given)
      return later(folder, () => {
        mustBeFolder(folder)
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
        mustBeFile(source)
        mustHaveFolder(target)
        if (disk.folders.has(target)) throw failure('EISDIR', target)
        disk.rename(source, target)
      })
    },
    remove: (given) => {
      const path = absolute(given)
      return later(path, () => {
        if (disk.folders.has(path)) throw failure('ERR_FS_EISDIR', path)
        disk.remove(path)
      })
    },
    removeFolder: (given) => {
      const folder = absolute(given)
      return later(folder, () => disk.removeFolder(folder))
    },
    createFolder: (given) => {
      const folder = absolute(given)
      return later(folder, () => {
        if (disk.names.has(folder)) throw failure('EEXIST', folder)
        const error = missing(folder)
        if ('code' in error && error.code === 'ENOTDIR') throw error
        disk.createFolder(folder)
      })
    },
    syncFolder: (given) => {
      const folder = absolute(given)
      return later(folder, () => {
        mustBeFolder(folder)
        disk.syncFolder(folder)
      })
    },
    resolve: absolute,
    print: (text) => later('stdout', () => void printed.push(text)),
  }
}
