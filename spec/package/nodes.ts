/** The Nodes that the packed package is tried on. */
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { root } from '../tools/markdown.ts'
import { npm } from './npm.ts'

export interface TriedNode {
  readonly name: 'oldest' | 'pinned' | 'newest'
  /** '24.21.0'; of one that cannot be had, the one wanted. */
  readonly version: string
  /** Of the executable; null: it cannot be had here. */
  readonly path: string | null
}

const platform = process.platform === 'win32' ? 'win' : process.platform
const packageName = `node-${platform}-${process.arch}`
const executable = process.platform === 'win32' ? 'node.exe' : 'bin/node'

const versionOf = (path: string): string => execFileSync(path, ['--version'], { encoding: 'utf8' }).trim().slice(1)

export const pinned = (): TriedNode => ({ name: 'pinned', version: process.versions.node, path: process.execPath })

/** The oldest that package.json allows, from the workspace that pins it. */
export const oldest = (): TriedNode => {
  const { engines } = createRequire(import.meta.url)('../../package.json') as { readonly engines: { readonly node: string } }
  const version = `${engines.node.replace(/^>=/, '')}.0`
  const path = join(root, 'spec/tools/runtime-oldest/node_modules', packageName, executable)
  return { name: 'oldest', version, path: existsSync(path) && versionOf(path) === version ? path : null }
}

/** The newest that the registry has, installed into an empty folder. */
export const newest = (folder: string): TriedNode => {
  try {
    npm(['install', '--no-save', '--prefer-online', `${packageName}@latest`], folder)
    const path = join(folder, 'node_modules', packageName, executable)
    return { name: 'newest', version: versionOf(path), path }
  } catch {
    return { name: 'newest', version: 'latest', path: null }
  }
}
