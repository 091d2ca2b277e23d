/**
 * A disk that outlives simulated processes, and loses at a crash what was not durable: of each file a suffix of its unsynced writes, the
 * last survivor perhaps torn; of each folder a suffix of its unsynced creations, renames and removals.
 */
import type { seededRandom } from './sim-random.ts'

type Chance = ReturnType<typeof seededRandom>

interface Write {
  readonly at: number
  /** null: a truncation to `at`. */
  readonly bytes: Uint8Array | null
}

export interface Inode {
  readonly number: number
  content: Uint8Array
  /** Content as of the last sync. */
  durable: Uint8Array
  /** Since then, in order. */
  writes: Write[]
}

interface FolderChange {
  readonly folder: string
  readonly name: string
  readonly inode: Inode | null
}

const apply = (content: Uint8Array, { at, bytes }: Write): Uint8Array => {
  if (bytes === null) {
    const cut = new Uint8Array(at)
    cut.set(content.subarray(0, at))
    return cut
  }
  const grown = at + bytes.length > content.length ? new Uint8Array(at + bytes.length) : content.slice()
  if (grown.length > content.length) grown.set(content)
  grown.set(bytes, at)
  return grown
}

export class SimDisk {
  /** What running processes see: path → inode, and the folders there are. */
  readonly names: Map<string, Inode> = new Map()
  readonly folders: Set<string> = new Set(['/', '.'])
  private readonly durableNames = new Map<string, Inode>()
  /** Changes of names since the sync of their folder; each entry is one atomic change. */
  private changes: (readonly FolderChange[])[] = []
  private nextInode = 1

  create(path: string): Inode {
    const inode: Inode = { number: this.nextInode++, content: new Uint8Array(0), durable: new Uint8Array(0), writes: [] }
    this.change([{ folder: folderOf(path), name: path, inode }])
    return inode
  }

  rename(from: string, to: string): void {
    const inode = this.names.get(from)!
    this.change([
      { folder: folderOf(from), name: from, inode: null },
      { folder: folderOf(to), name: to, inode },
    ])
  }

  remove(path: string): void {
    if (this.names.has(path)) this.change([{ folder: folderOf(path), name: path, inode: null }])
  }

  private change(change: readonly FolderChange[]): void {
    for (const { name, inode } of change) {
      if (inode === null) this.names.delete(name)
      else this.names.set(name, inode)
    }
    this.changes.push(change)
  }

  write(inode: Inode, write: Write): void {
    inode.content = apply(inode.content, write)
    inode.writes.push(write)
  }

  sync(inode: Inode): void {
    inode.durable = inode.content
    inode.writes = []
  }

  syncFolder(folder: string): void {
    const kept: (readonly FolderChange[])[] = []
    for (const change of this.changes) {
      if (change.some((part) => part.folder === folder)) this.persist(change)
      else kept.push(change)
    }
    this.changes = kept
  }

  private persist(change: readonly FolderChange[]): void {
    for (const { name, inode } of change) {
      if (inode === null) this.durableNames.delete(name)
      else this.durableNames.set(name, inode)
    }
  }

  /** The process or the machine dies: what was not durable survives by chance. */
  crash(chance: Chance): void {
    const broken = new Set<string>()
    for (const change of this.changes) {
      // A prefix of each folder's changes: once one is lost, so are those behind it.
      const lost = change.some((part) => broken.has(part.folder)) || chance.chance(0.4)
      if (lost) for (const part of change) broken.add(part.folder)
      else this.persist(change)
    }
    this.changes = []
    for (const inode of new Set([...this.names.values(), ...this.durableNames.values()])) {
      if (inode.writes.length === 0) continue
      const survive = chance.below(inode.writes.length + 1)
      let content = inode.durable
      for (const write of inode.writes.slice(0, survive)) content = apply(content, write)
      const torn = inode.writes[survive]
      if (torn !== undefined && torn.bytes !== null && chance.chance(0.5)) content = apply(content, { at: torn.at, bytes: torn.bytes.subarray(0, chance.below(torn.bytes.length + 1)) })
      inode.content = content
      inode.durable = content
      inode.writes = []
    }
    this.names.clear()
    for (const [name, inode] of this.durableNames) {
      this.names.set(name, inode)
      this.addParents(name)
    }
  }

  /** For tests: a file as it is now. */
  read(path: string): Uint8Array | undefined {
    return this.names.get(path)?.content
  }

  /** For tests: a durable file. */
  put(path: string, bytes: Uint8Array): void {
    const inode: Inode = { number: this.nextInode++, content: bytes, durable: bytes, writes: [] }
    this.names.set(path, inode)
    this.durableNames.set(path, inode)
    this.addParents(path)
  }

  private addParents(path: string): void {
    for (let folder = folderOf(path); !this.folders.has(folder); folder = folderOf(folder)) this.folders.add(folder)
  }

  paths(): string[] {
    return [...this.names.keys()].sort()
  }
}

const folderOf = (path: string): string => {
  const cut = path.lastIndexOf('/')
  return cut < 0 ? '.' : cut === 0 ? '/' : path.slice(0, cut)
}
