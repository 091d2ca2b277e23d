/** The packed package, installed in an empty project: what works from there on the oldest Node and on this one, and what it holds. */
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { entries, facts } from '../package/facts.ts'
import { oldest, pinned } from '../package/nodes.ts'
import { emptyProject, pack, temporaryFolder } from '../package/packed.ts'
import type { Packed, Project } from '../package/packed.ts'
import { ownTypeScript, tscOf, typeChecks } from '../package/types.ts'
import { page } from '../tools/markdown.ts'

const folder = temporaryFolder()
let packed: Packed
let project: Project

beforeAll(() => {
  packed = pack(folder.path)
  project = emptyProject(join(folder.path, 'project'), packed, {})
}, 120_000)

afterAll(() => folder.remove())

for (const node of [oldest(), pinned()]) {
  if (node.path === null)
    process.stderr.write(`\nSKIPPED: the package is not tried on Node ${node.version}, the ${node.name}: it cannot be had on ${process.platform}-${process.arch}\n`)
  describe.skipIf(node.path === null)(`on Node ${node.version}, the ${node.name}`, () => {
    test.each(facts)('$name', (fact) => {
      expect(fact.see(project, node)).toBe(fact.expected)
    })
  })
}

test.each(typeChecks)('it type-checks from $name', (check) => {
  expect(check.see(project, pinned(), tscOf(ownTypeScript))).toBe('')
})

test('the package holds what runs and what is read, no specs, samples or sources', () => {
  const top = new Set(packed.files.map((path) => path.replace(/\/.*/, '')))
  expect([...top].toSorted()).toEqual(['CHANGELOG.md', 'LICENSE', 'README.md', 'dist', 'package.json'])
  expect(packed.files.filter((path) => path.startsWith('dist/') && !/\.(js|d\.ts|js\.map)$/.test(path))).toEqual([])
})

test('its entries are those of the repository, without the condition for sources', () => {
  const { exports } = JSON.parse(project.read('node_modules/millrace/package.json')) as { readonly exports: Readonly<Record<string, object>> }
  expect(Object.keys(exports).map((path) => path.replace('.', 'millrace'))).toEqual(entries)
  for (const targets of Object.values(exports)) expect(Object.keys(targets)).toEqual(['types', 'default'])
  expect(page('package.json')).toContain('@millrace/source')
})

test('with it come the packages it depends on, and none beside', () => {
  interface Manifest {
    readonly dependencies?: object
    readonly optionalDependencies?: object
  }
  const manifestOf = (name: string): Manifest | null => {
    try {
      return JSON.parse(project.read(`node_modules/${name}/package.json`)) as Manifest
    } catch {
      return null
    }
  }
  const wanted = new Set(['millrace'])
  for (const name of wanted) {
    const { dependencies = {}, optionalDependencies = {} } = manifestOf(name)!
    for (const dependency of Object.keys(dependencies)) wanted.add(dependency)
    // What piscina has of native code is for one platform each, and it does without.
    for (const dependency of Object.keys(optionalDependencies)) if (manifestOf(dependency) !== null) wanted.add(dependency)
  }
  expect(project.installed).toBe(wanted.size)
})
