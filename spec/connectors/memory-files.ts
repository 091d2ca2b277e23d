/** A file system in memory that can give short reads and stop dead at the k-th operation. */
import { nameOf, type FileStat, type Files, type OpenFile } from '../../lib/env/files.ts'

interface Node {
  bytes: Uint8Array
  readonly identity: string
}

const failure = (code: string, path: string): Error => Object.assign(new Error(`${code}: ${path}`), { code })

export class MemoryFiles implements Files {
  readonly nodes = new Map<string, Node>()
  readonly folders = new Set<string>(['/', '/run'])
  readonly printed: string[] = []
  /** Operations done so far; the one with number `dieAt`, and all after it, fail and change nothing. */
  operations = 0
  dieAt: number = Infinity
  /** Called after each operation that changed something. */
  watch: () => void = () => {}
  /** Most bytes a read gives. */
  readMax: () => number = () => Infinity
  /** Code that opening or looking at a path fails with. */
  readonly refuses = new Map<string, string>()
  private made = 0

  text(path: string): string | undefined {
    const node = this.nodes.get(this.resolve(path))
    return node && Buffer.from(node.bytes).toString()
  }

  put(path: string, content: string | Uint8Array): void {
    this.nodes.set(this.resolve(path), { bytes: Uint8Array.from(Buffer.from(content as string)), identity: String(this.made++) })
  }

  names(): string[] {
    return [...this.nodes.keys()].sort()
  }

  private step(path: string): void {
    if (this.operations++ >= this.dieAt) throw failure('EIO', path)
  }

  private nodeOf(path: string): Node {
    const refusal = this.refuses.get(path)
    if (refusal) throw failure(refusal, path)
    if (this.folders.has(path)) throw failure('EISDIR', path)
    const node = this.nodes.get(path)
    if (!node) throw failure('ENOENT', path)
    return node
  }

  async open(path: string, mode: 'read' | 'write' | 'create' | 'exclusive'): Promise<OpenFile> {
    this.step(path)
    const exists = this.nodes.has(path)
    if (mode === 'exclusive' && exists) throw failure('EEXIST', path)
    if (mode !== 'read' && !exists && !this.folders.has(path)) {
      if (!this.folders.has(path.slice(0, path.lastIndexOf('/')) || '/')) throw failure('ENOENT', path)
      this.nodes.set(path, { bytes: new Uint8Array(0), identity: String(this.made++) })
    }
    const node = this.nodeOf(path)
    if (mode === 'create') node.bytes = new Uint8Array(0)
    this.watch()
    return {
      read: async (into, offset, length, position) => {
        this.step(path)
        const part = node.bytes.subarray(position, position + Math.min(length, Math.max(1, this.readMax())))
        into.set(part, offset)
        return part.length
      },
      write: async (bytes, position) => {
        this.step(path)
        const grown = new Uint8Array(Math.max(node.bytes.length, position + bytes.length))
        grown.set(node.bytes)
        grown.set(bytes, position)
        node.bytes = grown
        this.watch()
      },
      truncate: async (length) => {
        this.step(path)
        const cut = new Uint8Array(length)
        cut.set(node.bytes.subarray(0, length))
        node.bytes = cut
        this.watch()
      },
      stat: async () => ({ size: node.bytes.length, isDirectory: false, identity: node.identity }),
      sync: async () => this.step(path),
      close: async () => {},
    }
  }

  async readFile(path: string): Promise<Uint8Array> {
    return this.nodeOf(path).bytes
  }

  async stat(path: string): Promise<FileStat> {
    this.step(path)
    if (this.folders.has(path)) return { size: 0, isDirectory: true, identity: path }
    const { bytes, identity } = this.nodeOf(path)
    return { size: bytes.length, isDirectory: false, identity }
  }

  async list(folder: string): Promise<string[]> {
    this.step(folder)
    const refusal = this.refuses.get(folder)
    if (refusal || !this.folders.has(folder)) throw failure(refusal ?? 'ENOENT', folder)
    const inside = [...this.nodes.keys(), ...this.folders].filter(
      (path) => path !== folder && path.slice(0, path.lastIndexOf('/') || 1) === folder,
    )
    return inside.map(nameOf).sort()
  }

  async rename(from: string, to: string): Promise<void> {
    this.step(from)
    this.nodes.set(to, this.nodeOf(from))
    this.nodes.delete(from)
    this.watch()
  }

  async remove(path: string): Promise<void> {
    this.step(path)
    this.nodes.delete(path)
    this.watch()
  }

  async removeFolder(path: string): Promise<void> {
    this.folders.delete(path)
  }

  async createFolder(path: string): Promise<void> {
    this.step(path)
    for (let folder = path; folder !== ''; folder = folder.slice(0, folder.lastIndexOf('/'))) this.folders.add(folder)
  }

  async syncFolder(path: string): Promise<void> {
    this.step(path)
  }

  resolve(path: string): string {
    return path.startsWith('/') ? path : `/run/${path}`
  }

  async print(text: string): Promise<void> {
    this.printed.push(text)
  }
}
