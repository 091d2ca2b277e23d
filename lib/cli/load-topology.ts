/** The topology of a module: its default export, else the one it exports. */
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { topologyNode } from '../api/topology.ts'
import type { Topology } from '../api/topology.ts'
import { MillraceError } from '../errors.ts'
import { UsageError } from './usage-error.ts'

/**
 * Imports a module and takes its topology.
 *
 * @param file a path, relative to the working directory
 * @throws TOPOLOGY_HAS_NO_MODULE when there is none, or more than one and none is the default; what the module throws
 */
export const loadTopology = async (file: string): Promise<Topology> => {
  const path = resolve(file)
  if (!existsSync(path)) throw new UsageError(`there is no file ${file}`)
  const module = (await import(pathToFileURL(path).href)) as Readonly<Record<string, unknown>>
  if (isTopology(module['default'])) return module['default']
  const names = Object.keys(module).filter((name) => isTopology(module[name]))
  const [only] = names
  if (names.length === 1 && only !== undefined) return module[only] as Topology
  throw new MillraceError('TOPOLOGY_HAS_NO_MODULE', whyNone(file, module, names), {
    next: names.length > 1 ? `Export one of them as default: export default ${only}.` : undefined,
  })
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
