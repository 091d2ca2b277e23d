import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadTopology } from '../../lib/cli/load-topology.ts'

// In the repository: a module finds `millrace` from where it lies.
let folder = ''
const topologyText = (id: string): string =>
  `topology(import.meta, '${id}', from(source('numbers', fromArray([1]))).to(sink('nowhere', discard())))`
const write = (name: string, text: string): string => {
  writeFileSync(join(folder, name), `import { discard, from, fromArray, sink, source, topology } from 'millrace'\n${text}`)
  return join(folder, name)
}
beforeAll(() => {
  folder = mkdtempSync(fileURLToPath(new URL('.load-', import.meta.url)))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('the default export is taken before any other', async () => {
  const file = write('default.ts', `export const other = ${topologyText('other')}\nexport default ${topologyText('main')}`)
  expect((await loadTopology(file)).id).toBe('main')
})

test('without a default the one exported topology is taken', async () => {
  const file = write('one.ts', `export const limit = 3\nexport const only = ${topologyText('only')}`)
  expect((await loadTopology(file)).id).toBe('only')
})

test('of several none is guessed: TOPOLOGY_HAS_NO_MODULE names them', async () => {
  const file = write('two.ts', `export const a = ${topologyText('a')}\nexport const b = ${topologyText('b')}`)
  await expect(loadTopology(file)).rejects.toMatchObject({
    code: 'TOPOLOGY_HAS_NO_MODULE',
    message: expect.stringContaining('2 topologies (a, b)') as string,
  })
})

test('a module without one is TOPOLOGY_HAS_NO_MODULE', async () => {
  await expect(loadTopology(write('none.ts', 'export const limit = 3'))).rejects.toMatchObject({ code: 'TOPOLOGY_HAS_NO_MODULE' })
})

test('a topology of another copy of the package is told apart from none', async () => {
  const file = write('foreign.ts', "export default { id: 'orders' }")
  await expect(loadTopology(file)).rejects.toMatchObject({ message: expect.stringContaining('another copy of millrace') as string })
})
