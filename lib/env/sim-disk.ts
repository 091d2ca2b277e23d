/**
 * A disk that outlives simulated processes, and loses at a crash what was not durable: of each file any of its unsynced writes, one of them
 * perhaps torn; of each folder a suffix of its unsynced creations, renames and removals. A name is only found again where the names of all
 * folders above it were durable too. What real disks do in that respect: Pillai et al., "All File Systems Are Not Created Equal", OSDI 2014.
 */
import { folderOf } from './files.ts'
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
  /** A sync has failed and dropped some of `writes`: `content` shows what can no longer become durable. */
  hasLostWrites: boolean
}

type Entry = Inode | 'folder'

interface NameChange {
  readonly folder: string
  readonly name: string
  /** null: the name goes. */
  readonly entry: Entry | null
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

const newInode = (number: number, bytes: Uint8Array): Inode => ({ number, content: bytes, durable: bytes, writes: [], hasLostWrites: false })

export class SimDisk {
  /** What running processes see: path → inode, and the folders there are. Paths are absolute. */
  readonly names: Map<string, Inode> = new Map()
  readonly folders: Set<string> = new Set(['/'])
  private readonly durable = new Map<string, Entry>()
  /** Changes of names since the sync of their folder, oldest first; each is atomic. */
  private changes: (readonly NameChange[])[] = []
  private nextInode = 1

  create(path: string): Inode {
    const inode = newInode(this.nextInode++, new Uint8Array(0))
    this.change([{ folder: folderOf(path), name: path, entry: inode }])
    return inode
  }

  rename(from: string, to: string): void {
    const inode = this.names.get(from)!
    if (from === to) return
    this.change([
      { folder: folderOf(from), name: from, entry: null },
      { folder: folderOf(to), name: to, entry: inode },
    ])
  }

  remove(path: string): void {
    if (this.names.has(path) || this.folders.has(path)) this.change([{ folder: folderOf(path), name: path, entry: null }])
  }

  createFolder(path: string): void {
    if (this.folders.has(path)) return
    this.createFolder(folderOf(path))
    this.change([{ folder: folderOf(path), name: path, entry: 'folder' }])
  }

  /** With all that is in it, the deepest first. */
  removeFolder(path: string): void {
    const inside = [...this.names.keys(), ...this.folders].filter((name) => name === path || name.startsWith(`${path}/`))
    for (const name of inside.sort().reverse()) this.remove(name)
  }

  private change(change: readonly NameChange[]): void {
    for (const { name, entry } of change) this.show(name, entry)
    this.changes.push(change)
  }

  private show(name: string, entry: Entry | null): void {
    if (entry === 'folder') this.folders.add(name)
    else if (entry !== null) this.names.set(name, entry)
    else {
      this.names.delete(name)
      this.folders.delete(name)
    }
  }

  private persist(change: readonly NameChange[]): void {
    for (const { name, entry } of change) {
      if (entry === null) this.durable.delete(name)
      else this.durable.set(name, entry)
    }
  }

  write(inode: Inode, write: Write): void {
    inode.content = apply(inode.content, write)
    inode.writes.push(write)
  }

  sync(inode: Inode): void {
    inode.durable = inode.hasLostWrites ? inode.writes.reduce(apply, inode.durable) : inode.content
    inode.writes = []
  }

  /**
   * The sync reports an error once, and the pages it could not write count as clean from then on: a later sync succeeds without them
   * (Rebello et al., "Can Applications Recover from fsync Failures?", ATC 2020).
   */
  failSync(inode: Inode, chance: Chance): void {
    inode.writes = inode.writes.filter(() => chance.chance(0.5))
    inode.hasLostWrites = true
  }

  syncFolder(folder: string): void {
    // A rename between two folders takes with it what happened in the other one before.
    const synced = new Set([folder])
    const persisted: (readonly NameChange[])[] = []
    const kept: (readonly NameChange[])[] = []
    for (const change of this.changes.toReversed()) {
      if (!change.some((part) => synced.has(part.folder))) kept.push(change)
      else {
        persisted.push(change)
        for (const part of change) synced.add(part.folder)
      }
    }
    for (const change of persisted.reverse()) this.persist(change)
    this.changes = kept.reverse()
  }

  /** The machine dies: what was not durable survives by chance. */
  crash(chance: Chance): void {
    const broken = new Set<string>()
    for (const change of this.changes) {
      // A prefix of each folder's changes: once one is lost, so are those behind it.
      const lost = change.some((part) => broken.has(part.folder)) || chance.chance(0.4)
      if (lost) for (const part of change) broken.add(part.folder)
      else this.persist(change)
    }
    this.changes = []
    this.names.clear()
    this.folders.clear()
    this.folders.add('/')
    const byDepth = [...this.durable].sort(([a], [b]) => a.length - b.length)
    for (const [name, entry] of byDepth) {
      if (this.folders.has(folderOf(name))) this.show(name, entry)
      else this.durable.delete(name)
    }
    for (const inode of this.names.values()) {
      const content = inode.writes.length > 0 ? survivors(inode, chance) : inode.durable
      inode.content = content
      inode.durable = content
      inode.writes = []
      inode.hasLostWrites = false
    }
  }

  /** For tests: a file as it is now. */
  read(path: string): Uint8Array | undefined {
    return this.names.get(path)?.content
  }

  /** For tests: a durable file at an absolute path. */
  put(path: string, bytes: Uint8Array): void {
    const inode = newInode(this.nextInode++, bytes.slice())
    this.names.set(path, inode)
    this.durable.set(path, inode)
    for (let folder = folderOf(path); folder !== '/'; folder = folderOf(folder)) {
      this.folders.add(folder)
      this.durable.set(folder, 'folder')
    }
  }

  /** For tests: all files, sorted. */
  paths(): string[] {
    return [...this.names.keys()].sort()
  }
}

/** Half the time a prefix of the unsynced writes and a piece of the next; else any of them, as pages are written back in any order. */
const survivors = ({ durable, writes }: Inode, chance: Chance): Uint8Array => {
  const inOrder = chance.chance(0.5)
  const survive = chance.below(writes.length + 1)
  return writes.reduce((content, write, index) => {
    if (inOrder ? index < survive : chance.chance(0.5)) return apply(content, write)
    const isTorn = (inOrder ? index === survive : true) && write.bytes !== null && chance.chance(0.5)
    return isTorn ? apply(content, { at: write.at, bytes: write.bytes.subarray(0, chance.below(write.bytes.length + 1)) }) : content
  }, durable)
}
