import { describe, expect, test } from 'vitest'
import type { Files, OpenFile } from '../../../lib/env/files.ts'
import type { SourceConnector, SourceReader } from '../../../lib/api/connector.ts'
import type { FilePosition } from '../../../lib/connectors/files/line-reader.ts'
import { readCsv } from '../../../lib/connectors/files/read-csv.ts'
import { readLines } from '../../../lib/connectors/files/read-lines.ts'
import { readNdjson } from '../../../lib/connectors/files/read-ndjson.ts'
import { simWorld } from '../../../lib/env/sim.ts'
import { drain, fakeEnv, sourceContext } from '../fake-env.ts'
import { MemoryFiles } from '../memory-files.ts'

const MIB = 2 ** 20
type Reader = SourceReader<unknown, FilePosition>

const open = async (files: Files, connector: SourceConnector<unknown>, position: unknown = null): Promise<Reader> =>
  (await connector.open({ id: 'in' }, position, sourceContext(fakeEnv(files)))) as Reader

/** Files whose reads first go through `change`. */
const reading = (files: Files, change: (read: OpenFile['read']) => OpenFile['read']): Files => ({
  ...files,
  resolve: (path) => files.resolve(path),
  stat: (path) => files.stat(path),
  open: async (path, mode) => {
    const file = await files.open(path, mode)
    return { ...file, read: change(file.read) }
  },
})

/** 30-byte lines. */
const longFile = (bytes: number): Buffer => Buffer.alloc(bytes - (bytes % 30), 'a line of thirty bytes, it is\n')

const formats = [
  ['readCsv', () => readCsv('in', 'a STRING, b STRING', { header: false, onBadRow: 'dead-letter' })],
  ['readLines', () => readLines('in')],
  ['readNdjson', () => readNdjson('in')],
] as const

describe.each(formats)('%s', (_, connectorOf) => {
  test('holds no more of a file of any length than two blocks, and the longest row again', async () => {
    const longest = async (content: Buffer): Promise<number> => {
      const files = new MemoryFiles()
      files.put('in', content)
      const buffers = new Map<ArrayBufferLike, number>()
      const watched = reading(files, (read) => (into, ...rest) => {
        buffers.set(into.buffer, into.byteLength)
        return read(into, ...rest)
      })
      await drain(await open(watched, connectorOf()), 1000)
      return [...buffers.values()].reduce((sum, size) => sum + size, 0)
    }
    expect(await longest(longFile(20 * MIB))).toBe(await longest(longFile(2 * MIB)))
    expect(await longest(longFile(20 * MIB))).toBeLessThan(0.7 * MIB)
  })

  test('gives no row that is not there after a file was cut while it was read, and says so', async () => {
    const files = new MemoryFiles()
    files.put('in', longFile(2 * MIB))
    const reader = await open(files, connectorOf())
    await reader.poll(1000)
    const node = files.nodes.get('/run/in')!
    node.bytes = node.bytes.slice(0, MIB)
    await expect(drain(reader, 1000)).rejects.toThrow(
      `SOURCE_FAILED: in ended at byte ${MIB}; it had ${longFile(2 * MIB).length} when it was opened\n  Let nothing cut a file`,
    )
  })

  test('reads what is appended to a file until it comes to its end', async () => {
    const files = new MemoryFiles()
    const [before, after] = [longFile(MIB), longFile(3 * MIB)]
    files.put('in', before.subarray(0, before.length - 7))
    const reader = await open(files, connectorOf())
    const first = await reader.poll(1000)
    files.nodes.get('/run/in')!.bytes = after
    const { records } = await drain(reader, 1000)
    expect(first.records.length + records.length).toBe(after.length / 30)
  })

  test('names the file when a block of it cannot be read', async () => {
    const files = new MemoryFiles()
    files.put('in', longFile(2 * MIB))
    let reads = 0
    const failing = reading(files, (read) => async (...args) => {
      if (++reads === 3) throw Object.assign(new Error('EIO: i/o error, read'), { code: 'EIO' })
      return read(...args)
    })
    const reader = await open(failing, connectorOf())
    await expect(drain(reader, 1000)).rejects.toThrow('SOURCE_FAILED: in could not be read from or written to its disk')
  })

  test('goes on only where a row ended', async () => {
    const files = new MemoryFiles()
    files.put('in', longFile(90))
    for (const offset of [29, 31]) {
      await expect(open(files, connectorOf(), { offset, line: 2 })).rejects.toThrow(
        `SOURCE_FAILED: in has no line end before byte ${offset}, where reading is to go on\n  Bring back the file`,
      )
    }
    for (const offset of [0, 30, 60, 90]) {
      expect((await drain(await open(files, connectorOf(), { offset, line: 1 }))).records.length).toBe(3 - offset / 30)
    }
  })

  test('says which file it was when the place to go on cannot be found out', async () => {
    const files = new MemoryFiles()
    files.put('in', longFile(90))
    const failing = reading(files, (read) => async (into, offset, length, position) => {
      if (length === 1) throw Object.assign(new Error('EIO'), { code: 'EIO' })
      return read(into, offset, length, position)
    })
    await expect(open(failing, connectorOf(), { offset: 30, line: 2 })).rejects.toThrow('SOURCE_FAILED: in could not be read')
  })

  test('reads the same batches in each simulated world of one seed, and the same rows in all of them', async () => {
    const batchesOf = async (seed: number): Promise<{ records: unknown[]; positions: unknown[] }> => {
      const world = simWorld({ seed })
      const process = world.boot()
      const { files } = process.env
      const work = (async () => {
        const file = await files.open('/in', 'create')
        await file.write(longFile(700_000), 0)
        await file.close()
        const reader = await connectorOf().open({ id: '/in' }, null, { env: process.env, parallelism: 1 })
        return drain(reader as Reader, 1000)
      })()
      let done = false
      void work.finally(() => (done = true))
      await process.run(() => done, { steps: 100_000, virtualMs: 1_000_000 })
      return work
    }
    const [first, again, other] = [await batchesOf(1), await batchesOf(1), await batchesOf(2)]
    expect(again).toEqual(first)
    expect(other.records).toEqual(first.records)
  })
})

test.each([100_000, Infinity])('a row of many blocks is held whole, the next ones as before (%d bytes at a time)', async (chunk) => {
  const files = new MemoryFiles()
  const rows = ['x'.repeat(3 * MIB), 'a', 'y'.repeat(300_000), ...Array.from({ length: 100_000 }, (_, i) => String(i))]
  files.put('in', rows.join('\n'))
  files.readMax = () => chunk
  expect((await drain(await open(files, readLines('in')), 1000)).records).toEqual(rows)
  const cells = (await drain(await open(files, readCsv('in', 'a STRING', { header: false })), 1000)).records
  expect(cells).toEqual(rows.map((a) => ({ a })))
})

test.each([0.5, 0.75, 1, 1.25, 1.5, 1.75, 2])('a row of %d MiB may be all there is, without a line end', async (mib) => {
  const files = new MemoryFiles()
  const a = 'x'.repeat(mib * MIB)
  files.put('in', a)
  expect((await drain(await open(files, readCsv('in', 'a STRING', { header: false })))).records).toEqual([{ a }])
})
