/** The topology of a module: its default export, else the one it exports. */
import { readdirSync, statSync } from 'node:fs'
import { setSourceMapsSupport } from 'node:module'
import { basename, dirname, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { closestName } from '../api/closest-name.ts'
import { topologyNode } from '../api/topology.ts'
import type { Topology } from '../api/topology.ts'
import { MillraceError } from '../errors.ts'
import { UsageError } from './usage-error.ts'

/**
 * Imports a module and takes its topology.
 *
 * @param file a path, relative to the working directory
 * @throws TOPOLOGY_HAS_NO_MODULE when there is none, or more than one and none is the default; UsageError where there is no such file;
 *   ModuleFailure where it cannot be imported; what the module throws
 */
export const loadTopology = async (file: string): Promise<Topology> => {
  const module = await importModule(file)
  if (isTopology(module['default'])) return module['default']
  const names = Object.keys(module).filter((name) => isTopology(module[name]))
  const [only] = names
  if (names.length === 1 && only !== undefined) return module[only] as Topology
  throw new MillraceError('TOPOLOGY_HAS_NO_MODULE', whyNone(file, module, names), {
    next: names.length > 1 ? `Export one of them as default: export default ${only}.` : undefined,
  })
}

const importModule = async (file: string): Promise<Readonly<Record<string, unknown>>> => {
  const path = resolve(file)
  const found = statSync(path, { throwIfNoEntry: false })
  if (found === undefined) throw new UsageError(`there is no file ${file}${meantFile(file, path)}`)
  if (found.isDirectory()) throw new UsageError(`${file} is a folder`, 'Name the module in it whose default export is the topology.')
  // Only from here on: Millrace itself is loaded faster without. A stage of a compiled program is shown where it was written.
  setSourceMapsSupport(true, { nodeModules: false, generatedCode: false })
  try {
    return (await import(pathToFileURL(path).href)) as Readonly<Record<string, unknown>>
  } catch (error) {
    const { moduleFailure } = await import('./module-failure.ts')
    throw await moduleFailure(path, error)
  }
}

const meantFile = (file: string, path: string): string => {
  try {
    const name = closestName(basename(path), readdirSync(dirname(path)))
    return name === undefined ? '' : `; did you mean ${file.slice(0, file.length - basename(file).length)}${name}?`
  } catch {
    return ''
  }
}

const isTopology = (value: unknown): value is Topology => topologyNode(value) !== undefined

const whyNone = (file: string, module: Readonly<Record<string, unknown>>, names: readonly string[]): string => {
  if (names.length > 1) return `${file} exports ${names.length} topologies (${names.join(', ')}) and none by default`
  if (looksForeign(module['default']))
    return `${file} was given its topology by another copy of millrace than this command is of; run the one beside it (npx millrace)`
  return `${file} exports no topology`
}

/** Made by `topology(…)`, yet unknown here: what a second install of the package makes. */
const looksForeign = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.keys(value).length === 1 && 'id' in value && typeof value.id === 'string'
