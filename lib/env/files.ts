/** The file system as the engine sees it: positioned reads and writes, explicit durability, errors with Node's codes (ENOENT, EACCES …). */

export interface FileStat {
  readonly size: number
  readonly isDirectory: boolean
  /** Tells whether a path still names the same file (device and inode). */
  readonly identity: string
}

export interface OpenFile {
  /** Reads up to `length` bytes at `position` into `into` at `offset`; resolves to the number read, 0 at the end. */
  read(into: Uint8Array, offset: number, length: number, position: number): Promise<number>
  /** Writes all of `bytes` at `position`. */
  write(bytes: Uint8Array, position: number): Promise<void>
  truncate(length: number): Promise<void>
  stat(): Promise<FileStat>
  /** Resolves once what was written is durable. A rejection means that nothing written since the last sync can be relied on. */
  sync(): Promise<void>
  close(): Promise<void>
}

export interface Files {
  /** 'read': must exist. 'write': read and write, created if absent. 'create': created or emptied. 'exclusive': EEXIST if it exists. */
  open(path: string, mode: 'read' | 'write' | 'create' | 'exclusive'): Promise<OpenFile>
  readFile(path: string): Promise<Uint8Array>
  stat(path: string): Promise<FileStat>
  /** Names in a folder, sorted by code unit. */
  list(folder: string): Promise<string[]>
  rename(from: string, to: string): Promise<void>
  /** No error if it does not exist. */
  remove(path: string): Promise<void>
  /** Removes a folder and all in it; no error if it does not exist. */
  removeFolder(path: string): Promise<void>
  /** Creates a folder and its parents; no error if it exists. */
  createFolder(path: string): Promise<void>
  /** Makes the names in a folder durable: renames, creations and removals done so far. */
  syncFolder(path: string): Promise<void>
  /** An absolute path. */
  resolve(path: string): string
  /** Standard output; resolves when the text has been taken. */
  print(text: string): Promise<void>
}

/** `dirname` and `join` for the paths given above; `/` everywhere. */
export const folderOf = (path: string): string => {
  const cut = path.lastIndexOf('/')
  return cut < 0 ? '.' : cut === 0 ? '/' : path.slice(0, cut)
}
export const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1)
