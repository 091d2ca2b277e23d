/** The package as npm packs it, and empty projects that it is installed in. */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from '../tools/markdown.ts'
import type { TriedNode } from './nodes.ts'
import { environmentOn, npm } from './npm.ts'

export interface Packed {
  readonly tarball: string
  /** Bytes. */
  readonly size: number
  readonly unpackedSize: number
  readonly files: readonly string[]
}

/** What packing reads. */
const READ = ['package.json', 'package-lock.json', '.npmrc', 'README.md', 'CHANGELOG.md', 'LICENSE', 'lib', 'tsconfig.json', 'tsconfig.build.json', 'spec/tools']

/** Packs a copy of this repository, for packing changes dist and, for a moment, package.json, which others may be reading. */
export const pack = (folder: string): Packed => {
  const copy = join(folder, 'copy')
  mkdirSync(copy)
  for (const path of READ) cpSync(join(root, path), join(copy, path), { recursive: true, filter: (name) => !name.includes('node_modules') })
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'), 'junction')
  const [{ filename, size, unpackedSize, files }] = JSON.parse(npm(['pack', '--json', '--pack-destination', folder], copy)) as [
    { filename: string; size: number; unpackedSize: number; files: { path: string }[] },
  ]
  return { tarball: join(folder, filename), size, unpackedSize, files: files.map(({ path }) => path) }
}

export interface Project {
  readonly folder: string
  /** Packages in node_modules, the packed one included. */
  readonly installed: number
  write(file: string, text: string): void
  read(file: string): string
  remove(...paths: readonly string[]): void
  /** Runs `node ARGS` in the project's folder and gives all that it printed, then `exit code N` unless that is 0. */
  run(node: TriedNode, args: readonly string[]): string
}

/** An empty project with the tarball installed, and other packages where named. */
export const emptyProject = (folder: string, { tarball }: Packed, manifest: object, packages: readonly string[] = []): Project => {
  mkdirSync(folder)
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, ...manifest }))
  npm(['install', '--prefer-offline', tarball, ...packages], folder)
  const lock = JSON.parse(readFileSync(join(folder, 'node_modules/.package-lock.json'), 'utf8')) as { readonly packages: object }
  return {
    folder,
    installed: Object.keys(lock.packages).length,
    write: (file, text) => writeFileSync(join(folder, file), text),
    read: (file) => readFileSync(join(folder, file), 'utf8'),
    remove: (...paths) => {
      for (const path of paths) rmSync(join(folder, path), { recursive: true, force: true })
    },
    run: (node, args) => {
      if (node.path === null) throw new Error(`Node ${node.version} cannot be had`)
      const { status, stdout, stderr } = spawnSync(node.path, args, { cwd: folder, encoding: 'utf8', env: environmentOn(node.path) })
      return `${stdout}${stderr}${status === 0 ? '' : `exit code ${status}\n`}`
    },
  }
}

/** Gives a step a folder that is gone afterwards. */
export const temporaryFolder = (): { readonly path: string; remove(): void } => {
  const path = mkdtempSync(join(tmpdir(), 'millrace-package-'))
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}
