/** Checkpoints of jobs on threads: who writes them, and what goes on from them at other numbers of slots and instances. */
import { mkdtemp, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run } from 'millrace'
import type { Topology } from 'millrace'
import { fileStore } from 'millrace/files'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { memoryStore } from '../checkpoint/memory-store.ts'
import { interpretTopology } from '../reference/of-topology.ts'
import counted from '../topologies/counted.ts'
import failing from '../topologies/failing.ts'

let home: string
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'millrace-slot-checkpoints-'))
})
afterAll(() => rm(home, { recursive: true, force: true }))

const linesOf = async (path: string): Promise<string[]> => (await readFile(path, 'utf8')).split('\n').filter(Boolean).toSorted()
const expectedOf = async (of: Topology): Promise<string[]> => (await interpretTopology(of, {})).sinks['out']!.records.map((record) => JSON.stringify(record)).toSorted()

let cases = 0
const place = (): { readonly folder: string; readonly output: string; readonly store: ReturnType<typeof fileStore> } => {
  const folder = join(home, `${cases++}`)
  return { folder, output: `${folder}.ndjson`, store: fileStore(folder) }
}

const NEVER = 3_600_000
const wait = (ms: number): Promise<void> => new Promise((wake) => setTimeout(wake, ms))
/** Slow enough to be stopped half-way. */
const paced = (output: string) => ({ output, 'rows-per-second': 20_000 })
const chunkFiles = async (folder: string): Promise<string[]> => {
  const newest = (await readdir(join(folder, 'counted'))).filter((name) => /^\d+-\d+$/.test(name)).toSorted().at(-1)!
  return (await readdir(join(folder, 'counted', newest))).filter((name) => name.startsWith('chunks'))
}

const moves = [
  { from: { slots: 2, parallelism: 2 }, to: { slots: 0, parallelism: 3 } },
  { from: { slots: 0, parallelism: 2 }, to: { slots: 2, parallelism: 4 } },
  { from: { slots: 1, parallelism: 4 }, to: { slots: 4, parallelism: 3 } },
  { from: { slots: 2, parallelism: 4 }, to: { slots: 4, parallelism: 4 } },
]

describe.each(moves)('stopped at $from.slots slots and $from.parallelism instances', ({ from, to }) => {
  test(`a job goes on at ${to.slots} and ${to.parallelism}, from a checkpoint or a moved savepoint, each record once`, async () => {
    const { folder, output, store } = place()
    const first = await run(counted, { ...from, checkpoints: { every: 20, to: store }, parameters: paced(output) })
    await wait(100)
    await first.stop({ savepoint: `${folder}.saved` })
    const files = await chunkFiles(folder)
    expect(files.filter((name) => name !== 'chunks.bin')).toHaveLength(from.slots)

    const second = await run(counted, { ...to, checkpoints: { every: 20, to: store }, parameters: paced(output) })
    await wait(50)
    await second.stop()
    const third = await run(counted, { ...to, checkpoints: { every: 20, to: store }, parameters: { output } })
    expect((await third.completed).records).toBe(6_000)
    expect(await linesOf(output)).toEqual(await expectedOf(counted))

    // What the savepoint holds is all that is needed of it, wherever it lies.
    await rm(folder, { recursive: true })
    await rename(`${folder}.saved`, `${folder}.moved`)
    const again = await run(counted, { ...to, checkpoints: { every: NEVER, to: store }, restore: `${folder}.moved`, parameters: { output } })
    expect((await again.completed).records).toBe(6_000)
    expect(await linesOf(output)).toEqual(await expectedOf(counted))
  })
})

test('without slots a checkpoint has one file of chunks', async () => {
  const { folder, output, store } = place()
  const job = await run(counted, { parallelism: 2, checkpoints: { every: NEVER, to: store }, parameters: { output } })
  await job.completed
  expect(await chunkFiles(folder)).toEqual(['chunks.bin'])
})

test('a checkpoint that slots cannot write is given up with the reason, and the next one is taken', async () => {
  const { folder, output, store } = place()
  const job = await run(counted, { slots: 2, parallelism: 2, checkpoints: { every: NEVER, to: store }, parameters: paced(output) })
  const number = await job.checkpoint()
  const inTheWay = join(folder, 'counted', `000001-${String(number + 1).padStart(8, '0')}`)
  await writeFile(inTheWay, '')
  await expect(job.checkpoint()).rejects.toMatchObject({ code: 'CHECKPOINT_FAILED', message: expect.stringMatching(/chunks-\d-[0-9a-z]+\.bin: EEXIST/) as string })
  expect(await job.checkpoint()).toBe(number + 2)
  await job.completed
  expect(await linesOf(output)).toEqual(await expectedOf(counted))
})

describe('a store that threads cannot write to', () => {
  test('gets the state of all slots, and a job goes on from it', async () => {
    const { output } = place()
    const store = memoryStore()
    const first = await run(counted, { slots: 2, parallelism: 2, checkpoints: { every: 20, to: store }, parameters: paced(output) })
    await wait(100)
    await first.stop()
    expect(store.last!.chunks.map(({ name }) => name)).toEqual(expect.arrayContaining(['numbers/0', 'numbers/1', 'per-window/0', 'per-window/1', 'out/0']))
    const second = await run(counted, { slots: 1, parallelism: 3, checkpoints: { every: 20, to: store }, parameters: { output } })
    expect((await second.completed).records).toBe(6_000)
    expect(await linesOf(output)).toEqual(await expectedOf(counted))
  })
})

describe.each([
  { store: 'files', of: () => place().store },
  { store: 'memory', of: memoryStore },
])('a region that fails at a store of $store', ({ of }) => {
  test('is given back what it had at its last checkpoint', async () => {
    const { output } = place()
    const job = await run(failing, { slots: 2, parallelism: 2, checkpoints: { every: 10, to: of() }, parameters: { output, 'rows-per-second': 5_000 } })
    const events: string[] = []
    job.events$.subscribe(({ type }) => events.push(type))
    await job.completed
    expect(events.slice(0, events.lastIndexOf('restart')).filter((type) => type === 'checkpoint').length).toBeGreaterThan(2)
    expect(await linesOf(output)).toEqual(await expectedOf(failing))
  })
})
