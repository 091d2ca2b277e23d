/** The files of lib and what they import, for specs about the code itself. */
import { readdirSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { root } from './markdown.ts'

export interface SourceImport {
  /** Path below lib. */
  readonly to: string
  readonly typesOnly: boolean
  /** By `import()`: loaded when it is called. */
  readonly whenNeeded: boolean
}

export interface SourceFile {
  /** Path below lib, with slashes. */
  readonly path: string
  /** The first part of the path; '' for a file directly in lib. */
  readonly folder: string
  readonly text: string
  readonly imports: readonly SourceImport[]
}

export const folderOf = (path: string): string => (path.includes('/') ? path.slice(0, path.indexOf('/')) : '')

const statement = /^(import|export)\s+(type\s+)?(\{[^}]*\}|\*[^']*?|[^'{}]*?)?\s*(?:from\s+)?'(\.[^']+)'/gm

const whenNeeded = /(?<![\w.])import\('(\.[^']+)'\)/g

const isTypesOnly = (type: string | undefined, names: string | undefined): boolean =>
  type !== undefined || (names?.startsWith('{') === true && /^\{\s*(type\s[^,]*,?\s*)+\}$/.test(names))

const importsOf = (path: string, text: string): SourceImport[] => {
  const to = (target: string): string => posix.join(posix.dirname(path), target)
  return [
    ...[...text.matchAll(statement)].map(([, , type, names, target]) => ({ to: to(target!), typesOnly: isTypesOnly(type, names), whenNeeded: false })),
    ...[...text.matchAll(whenNeeded)].map(([, target]) => ({ to: to(target!), typesOnly: false, whenNeeded: true })),
  ]
}

export const sourceFiles = (): SourceFile[] =>
  readdirSync(join(root, 'lib'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name).slice(join(root, 'lib').length + 1).replaceAll('\\', '/'))
    .toSorted()
    .map((path) => {
      const text = readFileSync(join(root, 'lib', path), 'utf8')
      return { path, folder: folderOf(path), text, imports: importsOf(path, text) }
    })
