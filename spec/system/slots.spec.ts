/** Topologies of modules, run on threads: what they give is what the reference gives, at any number of slots. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { discard, from, fromArray, run, sink, source, topology } from 'millrace'
import type { RunOptions, Topology } from 'millrace'
import { fileStore } from 'millrace/files'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import introduction from '../../samples/introduction/topology.ts'
import quakes from '../../samples/quakes/topology.ts'
import counted from '../topologies/counted.ts'
import failing from '../topologies/failing.ts'
import foreign from '../topologies/foreign.ts'
import hanging from '../topologies/hanging.ts'
import offloaded from '../topologies/offloaded.ts'
import words, { kept } from '../topologies/words.ts'
import { interpretTopology } from '../reference/of-topology.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-slots-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const sorted = (records: readonly unknown[]): string[] => records.map((record) => JSON.stringify(record)).toSorted()
const linesOf = async (path: string): Promise<string[]> => (await readFile(path, 'utf8')).split('\n').filter(Boolean).toSorted()

let runs = 0
const played = async (of: Topology, options: RunOptions) => {
  const output = join(folder, `${runs++}.ndjson`)
  const job = await run(of, { ...options, parameters: { output } })
  const summary = await job.completed
  return { summary, lines: await linesOf(output), letters: job.deadLetters(), metrics: job.metrics() }
}

const expected = new Map<Topology, ReturnType<typeof interpretTopology>>()
const reference = (of: Topology): ReturnType<typeof interpretTopology> => {
  const known = expected.get(of) ?? interpretTopology(of, {})
  expected.set(of, known)
  return known
}

const matrix = [0, 1, 2, 4].flatMap((slots) => [1, 2, 4].map((parallelism) => ({ slots, parallelism })))

describe.each(matrix)('$slots slots, parallelism $parallelism', ({ slots, parallelism }) => {
  test('give the windows, the late ones and the refused ones of the reference', async () => {
    const { sinks, deadLetters } = await reference(counted)
    const { lines, letters, summary } = await played(counted, { slots, parallelism })
    expect(lines).toEqual(sorted(sinks['out']!.records))
    expect(sorted(letters.map(({ record }) => record))).toEqual(sorted(deadLetters.map(({ record }) => record)))
    expect(summary).toMatchObject({ records: 6_000, results: lines.length, deadLetters: letters.length })
  })

  test('give the lines that the samples have to give', async () => {
    const [counts, regions, late] = ['counts', 'regions', 'late'].map((name) => join(folder, `${name}-${slots}-${parallelism}.csv`))
    await (await run(introduction, { slots, parallelism, parameters: { output: counts } })).completed
    await (await run(quakes, { slots, parallelism, parameters: { output: regions, 'late-output': late, 'events-per-second': 1e9 } })).completed
    expect(await linesOf(counts!)).toEqual(await linesOf(fileURLToPath(new URL('../../samples/introduction/expected.csv', import.meta.url))))
    expect(await linesOf(regions!)).toEqual(await linesOf(fileURLToPath(new URL('../../samples/quakes/expected.csv', import.meta.url))))
    expect(await linesOf(late!)).toEqual(await linesOf(fileURLToPath(new URL('../../samples/quakes/expected-late.csv', import.meta.url))))
  })

  test('carry values of any plain kind over two shuffles, and give the caller what is the caller’s', async () => {
    const { sinks } = await reference(words)
    const { lines } = await played(words, { slots, parallelism })
    expect(lines).toEqual(sorted(sinks['out']!.records))
    expect(sorted(kept.records)).toEqual(sorted(sinks['kept']!.records))
  })
})

describe.each([
  { slots: 0, parallelism: 1 },
  { slots: 0, parallelism: 2 },
  { slots: 2, parallelism: 1 },
  { slots: 2, parallelism: 4 },
])('functions on threads of their own, $slots slots, parallelism $parallelism', ({ slots, parallelism }) => {
  test('give what the reference gives, in the order of the records where there is one', async () => {
    const [output, scored] = [join(folder, `${runs++}.ndjson`), join(folder, `${runs++}.ndjson`)]
    const job = await run(offloaded, { slots, parallelism, parameters: { output, scored } })
    await job.completed
    const { sinks, deadLetters } = await reference(offloaded)
    expect(await linesOf(output)).toEqual(sorted(sinks['out']!.records))
    expect(sorted(job.deadLetters().map(({ record }) => record))).toEqual(sorted(deadLetters.map(({ record }) => record)))
    const ids = (await readFile(scored, 'utf8')).split('\n').filter(Boolean).map((line) => (JSON.parse(line) as { id: number }).id)
    const expectedIds = sinks['scored']!.records.map((record) => (record as { id: number }).id)
    expect(parallelism === 1 ? ids : ids.toSorted((a, b) => a - b)).toEqual(expectedIds)
  })

  test('have each record once in what a job leaves that is stopped half-way and goes on', async () => {
    const name = `offloaded-${slots}-${parallelism}`
    const parameters = { output: join(folder, `${name}.ndjson`), scored: join(folder, `${name}-scored.ndjson`) }
    const checkpoints = { every: 20, to: fileStore(join(folder, name)) }
    for (let life = 0; life < 2; life++) {
      const job = await run(offloaded, { slots, parallelism, checkpoints, parameters: { ...parameters, 'rows-per-second': 5_000 } })
      await new Promise((wake) => setTimeout(wake, 150))
      await job.stop()
    }
    const job = await run(offloaded, { slots, parallelism, checkpoints, parameters })
    const summary = await job.completed
    const { sinks } = await reference(offloaded)
    expect(await linesOf(parameters.output)).toEqual(sorted(sinks['out']!.records))
    expect(await linesOf(parameters.scored)).toEqual(sorted(sinks['scored']!.records))
    expect(summary).toMatchObject({ records: 3_000, deadLetters: 8 })
  })
})

describe('with checkpoints', () => {
  test('a job stopped half-way goes on at another number of slots and instances, each record once', async () => {
    const output = join(folder, 'resumed.ndjson')
    const store = fileStore(join(folder, 'checkpoints'))
    const parameters = { output, 'rows-per-second': 8_000 }
    const places = [
      { slots: 2, parallelism: 2 },
      { slots: 0, parallelism: 3 },
      { slots: 1, parallelism: 4 },
    ]
    for (const place of places) {
      const job = await run(counted, { ...place, checkpoints: { every: 20, to: store }, parameters })
      await new Promise((wake) => setTimeout(wake, 200))
      await job.stop()
    }
    const job = await run(counted, { slots: 2, parallelism: 4, checkpoints: { every: 20, to: store }, parameters: { output } })
    const summary = await job.completed
    const { sinks } = await reference(counted)
    expect(await linesOf(output)).toEqual(sorted(sinks['out']!.records))
    expect(summary.records).toBe(6_000)
  })
})

describe('a failure in a slot', () => {
  test('brings its region back to the last snapshot, and only its record is lost', async () => {
    const output = join(folder, 'failing.ndjson')
    const job = await run(failing, { slots: 2, parallelism: 2, checkpoints: { every: 5, to: fileStore(join(folder, 'failing')) }, parameters: { output } })
    const { restarts } = await job.completed
    const { sinks } = await reference(failing)
    expect(await linesOf(output)).toEqual(sorted(sinks['out']!.records))
    expect(restarts).toBeGreaterThan(0)
    expect(sorted(job.deadLetters().map(({ record }) => (record as { id: number }).id))).toEqual(sorted([123, 523, 923, 1323, 1723]))
    expect(job.deadLetters()[0]).toMatchObject({ reason: 'poison', attempt: 3, error: { operatorId: 'seen', code: 'OPERATOR_FAILED' } })
  })

  test('that is escalated is the end of the job, with the message of what was thrown and the place of its stage', async () => {
    const job = await run(failing, { slots: 2, parallelism: 2, parameters: { output: join(folder, 'escalated.ndjson'), directive: 'escalate' } })
    const error: unknown = await job.completed.catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ operatorId: 'seen', site: expect.stringMatching(/^failing\.ts:\d+$/) as string })
    expect((error as Error).message).toContain('is one too many')
  })
})

test('a record of a class is refused where it would leave its thread, and said by the path of its field', async () => {
  const job = await run(foreign, { slots: 2, parallelism: 2 })
  const error: unknown = await job.completed.catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ code: 'VALUE_NOT_TRANSFERABLE', operatorId: 'numbers' })
  expect((error as Error).message).toMatch(/\.price of the value is an instance of Money/)
  // At one place none leaves.
  await (await run(foreign, { slots: 1, parallelism: 2 })).completed
})

test('in production it is sent as structuredClone would, and counted', async () => {
  vi.stubEnv('NODE_ENV', 'production')
  const job = await run(foreign, { slots: 2, parallelism: 2 })
  vi.unstubAllEnvs()
  expect(await job.completed).toMatchObject({ records: 100, results: 100 })
  const { operators } = job.metrics()
  const cloned = [operators['numbers/0']!.cloned, operators['numbers/1']!.cloned]
  expect(cloned[0]! + cloned[1]!).toBeGreaterThan(10)
})

test('a function that never comes back is reported with its actor, and the job can be cancelled', async () => {
  const job = await run(hanging, { slots: 1, heartbeatTimeout: 1_000 })
  const failed = job.completed.catch((error: unknown) => error)
  const message = await new Promise<string>((told) => job.events$.subscribe((event) => event.type === 'warning' && told(event.message)))
  expect(message).toMatch(/^slot 1 has not answered for \d+ s, in actor numbers\/0$/)
  await job.cancel()
  expect(await failed).toMatchObject({ code: 'OPERATOR_FAILED' })
  expect(job.status).toBe('cancelled')
})

describe('before any record moves', () => {
  test('a topology made in a test is refused', async () => {
    const made = topology(null, 'made', from(source('s', fromArray([1]))).to(sink('out', discard())))
    await expect(run(made, { slots: 1 })).rejects.toMatchObject({ code: 'TOPOLOGY_HAS_NO_MODULE' })
  })

  test('a parameter that nobody asks for is refused', async () => {
    await expect(run(counted, { slots: 1, parameters: { outptu: 'x' } })).rejects.toMatchObject({ code: 'OPTION_INVALID' })
  })
})
