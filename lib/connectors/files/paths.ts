/** The files that a path names: itself, or those that match its last segment's `*` and `?`. */
import { didYouMean } from '../../api/closest-name.ts'
import { MillraceError, hasCode } from '../../errors.ts'
import { folderOf, nameOf, type Files } from '../../env/files.ts'
import { codeOf, fileFault } from './file-fault.ts'

/**
 * Paths of files, sorted, each in the form the path was given in.
 * @throws SOURCE_FAILED when there is none, or a folder in the path cannot be read
 */
export const filesAt = async (files: Files, path: string): Promise<readonly string[]> => {
  const pattern = nameOf(path)
  if (!/[*?]/.test(pattern)) {
    await mustBeFile(files, path)
    return [path]
  }
  const prefix = path.slice(0, path.length - pattern.length)
  if (/[*?]/.test(prefix)) {
    throw new MillraceError('OPTION_INVALID', `${path}: only the last part of a path may hold * and ?`, {
      next: 'Write one source for each folder and merge them.',
    })
  }
  const names = await list(files, prefix === '' ? '.' : prefix)
  const matching = names.filter((name) => matches(name, pattern))
  const found = await Promise.all(matching.map(async (name) => ((await isFolder(files, prefix + name)) ? [] : [prefix + name])))
  const paths = found.flat().sort()
  if (paths.length === 0)
    throw new MillraceError('SOURCE_FAILED', `no file matches ${path}`, {
      next: 'Check the path; it is relative to the working directory.',
    })
  return paths
}

/** `*` any characters, `?` one; names that begin with a dot only match a pattern that does. */
const matches = (name: string, pattern: string): boolean => {
  if (name.startsWith('.') && !pattern.startsWith('.')) return false
  // Two pointers and one place to go back to: linear in practice and never exponential, whatever the pattern.
  let [n, p, star, resume] = [0, 0, -1, 0]
  while (n < name.length) {
    if (pattern[p] === '*') [star, resume] = [p++, n]
    else if (pattern[p] === '?' || pattern[p] === name[n]) {
      n++
      p++
    } else if (star >= 0) [n, p] = [++resume, star + 1]
    else return false
  }
  while (pattern[p] === '*') p++
  return p === pattern.length
}

const isFolder = async (files: Files, path: string): Promise<boolean> => {
  try {
    return (await files.stat(files.resolve(path))).isDirectory
  } catch (error) {
    throw fileFault('SOURCE_FAILED', path, error)
  }
}

const mustBeFile = async (files: Files, path: string): Promise<void> => {
  try {
    if (await isFolder(files, path)) throw fileFault('SOURCE_FAILED', path, Object.assign(new Error(`EISDIR: ${path}`), { code: 'EISDIR' }))
  } catch (error) {
    if (!hasCode(error) || codeOf(error.cause) !== 'ENOENT') throw error
    const beside = await files.list(files.resolve(folderOf(path))).catch(() => [])
    throw new MillraceError('SOURCE_FAILED', `${path} does not exist${didYouMean(nameOf(path), beside)}`, { next: error.next, cause: error.cause })
  }
}

const list = async (files: Files, folder: string): Promise<string[]> => {
  try {
    return await files.list(files.resolve(folder === '/' ? folder : folder.replace(/\/$/, '')))
  } catch (error) {
    throw fileFault('SOURCE_FAILED', folder, error)
  }
}
