/** A module that cannot be imported: what is wrong with it, the line, and what to do. Node says the same to whom it ends by it only. */
import { spawnSync } from 'node:child_process'
import { readFileSync, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { SourcePlace } from '../api/call-site.ts'
import { didYouMean } from '../api/closest-name.ts'
import { shownPath } from './code-frame.ts'

export class ModuleFailure extends Error {
  override readonly name = 'ModuleFailure'
  readonly place: SourcePlace | undefined
  readonly next: string

  constructor(message: string, next: string, place: SourcePlace | undefined, cause: unknown) {
    super(message, { cause })
    this.place = place
    this.next = next
  }
}

const FOLLOW_NODE = 'Correct it there.'

/** What importing `path` failed with, where that was its own text or its imports; anything it threw itself stays what it is. */
export const moduleFailure = async (path: string, error: unknown): Promise<unknown> => {
  if (!(error instanceof Error)) return error
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  if (code === 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX') return failure(path, error, stripNext(error.message))
  if (code === 'ERR_MODULE_NOT_FOUND' || code === 'ERR_PACKAGE_PATH_NOT_EXPORTED') return notFound(path, error)
  if (code === 'ERR_UNKNOWN_FILE_EXTENSION') return failure(path, error, 'Name a .ts, .mts, .js or .mjs file; others have to be compiled first.')
  if (!(error instanceof SyntaxError)) return error
  const [, specifier, name] = /requested module '([^']+)' does not provide an export named '([^']+)'/.exec(error.message) ?? []
  if (specifier !== undefined && name !== undefined) return failure(path, error, FOLLOW_NODE, await exportMeant(path, error, specifier, name))
  return failure(path, error, FOLLOW_NODE)
}

/** Node strips types and compiles nothing; each construct has a form that needs no compiling. */
const stripNext = (message: string): string => {
  const instead = /enum/.test(message)
    ? 'write the enum as a constant object'
    : /parameter property/.test(message)
      ? 'declare the field, and assign it in the constructor'
      : /namespace|module/.test(message)
        ? 'write the namespace as a module of its own'
        : 'write it in plain JavaScript'
  return `Node strips types and compiles nothing: ${instead}. "erasableSyntaxOnly": true in tsconfig.json marks such places.`
}

const failure = (path: string, error: Error, next: string, meant = ''): ModuleFailure => {
  const place = placeOf(error) ?? checkedPlace(path)
  return new ModuleFailure(`${shownPath(place?.file ?? path)} cannot be loaded: ${error.message}${meant}`, next, place, error)
}

/** Before the error itself its stack names the file and shows the line, with carets below it. */
const placeOf = ({ stack = '', message }: Error): SourcePlace | undefined => {
  const before = stack.slice(0, Math.max(0, stack.indexOf(message)))
  return placeAbove(before)
}

const placeAbove = (text: string): SourcePlace | undefined => {
  const [, file, line] = /^((?:file:\/\/|\/|[A-Za-z]:[\\/]).*):(\d+)$/m.exec(text) ?? []
  if (file === undefined) return undefined
  const [, blank] = /^([ \t]*)\^+[ \t]*$/m.exec(text) ?? []
  return { file, line: Number(line), column: blank === undefined ? null : blank.length + 1 }
}

/** Node keeps the line of a JavaScript syntax error to itself, unless it ends by it. */
const checkedPlace = (path: string): SourcePlace | undefined => placeAbove(spawnSync(process.execPath, ['--check', path], { encoding: 'utf8' }).stderr)

const notFound = (path: string, error: Error): ModuleFailure => {
  const [, kind, wanted = '', importer = path] = /^(?:Cannot find (module|package)|Package subpath) '([^']+)'.* imported from (.+)$/.exec(error.message) ?? []
  const { place, specifier } = importOf(importer, wanted)
  const at = shownPath(importer)
  switch (kind) {
    case 'package':
      return new ModuleFailure(`${at} imports '${wanted}', which is not installed`, `Install it: npm install ${wanted}`, place, error)
    case 'module':
      return new ModuleFailure(
        `${at} imports '${specifier}', which does not exist${meantFile(wanted)}`,
        'Correct the path; it needs its extension: ./orders.ts, not ./orders.',
        place,
        error,
      )
    default:
      return new ModuleFailure(`${at} cannot be loaded: ${error.message}`, FOLLOW_NODE, place, error)
  }
}

const meantFile = (wanted: string): string => {
  try {
    return didYouMean(basename(wanted), readdirSync(dirname(wanted)))
  } catch {
    return ''
  }
}

/** The first import of a module whose text ends as `wanted` does. */
const importOf = (file: string, wanted: string): { readonly place?: SourcePlace; readonly specifier: string } => {
  const path = file.startsWith('file://') ? fileURLToPath(file) : file
  const name = wanted.startsWith('@') ? wanted : basename(wanted)
  for (const [index, text] of readFileSync(path, 'utf8').split('\n').entries()) {
    const [found, , specifier] = /\b(?:from|import)\b[ (]*(['"])(.*?)\1/.exec(text) ?? []
    if (found === undefined || specifier === undefined || !specifier.endsWith(name)) continue
    return { specifier, place: { file: path, line: index + 1, column: text.indexOf(found) + found.length - specifier.length - 1 } }
  }
  return { specifier: shownPath(wanted) }
}

/** `; did you mean 'flatMap'?`: the module itself can be imported, else its names would not have been looked at. */
const exportMeant = async (path: string, error: Error, specifier: string, name: string): Promise<string> => {
  try {
    const importer = placeOf(error)?.file ?? pathToFileURL(path).href
    const resolved = createRequire(importer).resolve(specifier)
    return didYouMean(name, Object.keys((await import(pathToFileURL(resolved).href)) as object))
  } catch {
    return ''
  }
}
