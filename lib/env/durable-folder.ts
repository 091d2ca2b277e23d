/** Folders whose names outlive a crash of the machine: a new name is durable only once the folder above it was synced. */
import { folderOf } from './files.ts'
import type { Files } from './files.ts'

const codeOf = (error: unknown): unknown => (typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined)

/** Whether a path names something. */
export const exists = async (files: Files, path: string): Promise<boolean> => {
  try {
    await files.stat(path)
    return true
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return false
    throw error
  }
}

/** Creates a folder and its parents, and makes their names durable. `path` is absolute. No error if it exists. */
export const createFolderDurably = async (files: Files, path: string): Promise<void> => {
  const missing: string[] = []
  for (let above = path; above !== '/' && !(await exists(files, above)); above = folderOf(above)) missing.push(above)
  if (missing.length > 0) {
    await files.createFolder(path)
    for (const name of missing.reverse()) await files.syncFolder(folderOf(name))
    return
  }
  try {
    // Whoever created it may have died before this.
    await files.syncFolder(folderOf(path))
  } catch (error) {
    if (codeOf(error) !== 'EACCES' && codeOf(error) !== 'EPERM') throw error
  }
}
