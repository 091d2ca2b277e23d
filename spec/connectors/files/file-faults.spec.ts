/** What goes wrong with files, seen by the real sources and sinks: each names its code, the file, what is wrong and what to do. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import type { SinkConnector } from '../../../lib/api/connector.ts'
import type { FileHandle } from '../../../lib/connectors/files/file-writer.ts'
import { readCsv } from '../../../lib/connectors/files/read-csv.ts'
import { readLines } from '../../../lib/connectors/files/read-lines.ts'
import { readNdjson } from '../../../lib/connectors/files/read-ndjson.ts'
import { writeCsv } from '../../../lib/connectors/files/write-csv.ts'
import { writeLines } from '../../../lib/connectors/files/write-lines.ts'
import { writeNdjson } from '../../../lib/connectors/files/write-ndjson.ts'
import type { Files, OpenFile } from '../../../lib/env/files.ts'
import { realFiles } from '../../../lib/env/real-files.ts'
import { fakeEnv, sinkContext, sourceContext } from '../fake-env.ts'
import { MemoryFiles } from '../memory-files.ts'

const folder = mkdtempSync(join(tmpdir(), 'millrace-faults-'))
afterAll(() => rmSync(folder, { recursive: true }))

const sources = [
  ['readCsv', (path: string) => readCsv(path, 'x STRING')],
  ['readLines', (path: string) => readLines(path)],
  ['readNdjson', (path: string) => readNdjson(path)],
] as const

const sinks = [
  ['writeCsv', (path: string) => writeCsv<{ x: number }>(path, ['x']) as SinkConnector<unknown, FileHandle>],
  ['writeLines', (path: string) => writeLines(path) as SinkConnector<unknown, FileHandle>],
  ['writeNdjson', (path: string) => writeNdjson(path) as SinkConnector<unknown, FileHandle>],
] as const

describe.each(sources)('%s on a real disk says of', (_, connectorOf) => {
  const context = sourceContext(fakeEnv(realFiles()))
  const openedError = async (path: string): Promise<unknown> => {
    const connector = connectorOf(path)
    try {
      await connector.splits(context)
      return undefined
    } catch (error) {
      // A resumed run does not ask for splits again.
      await expect(async () => connector.open({ id: path }, { offset: 0, line: 1 }, context)).rejects.toThrow((error as Error).message)
      return error
    }
  }

  test.each([
    ['a missing file', 'quite-another.csv', 'does not exist'],
    ['a missing folder', 'none/in.txt', 'does not exist'],
    ['a folder', '.', 'is a folder'],
    ['a path through a file', 'file.txt/in.txt', 'leads through something that is not a folder'],
  ])('%s what is wrong with it', async (_what, name, wrong) => {
    writeFileSync(join(folder, 'file.txt'), 'x\n')
    const path = join(folder, name)
    const message = expect.stringMatching(`^SOURCE_FAILED: ${path} ${wrong}\n  \\w`)
    expect(await openedError(path)).toMatchObject({ code: 'SOURCE_FAILED', message })
  })
})

test.each(sources)('%s can be closed while a block is being read', async (_, connectorOf) => {
  const path = join(folder, 'long.txt')
  writeFileSync(path, `x\n${'a line of its own\n'.repeat(200_000)}`)
  const context = sourceContext(fakeEnv(realFiles()))
  const openFiles = (): number => (existsSync('/proc/self/fd') ? readdirSync('/proc/self/fd').length : 0)
  const before = openFiles()
  for (let i = 0; i < 30; i++) {
    const reader = await connectorOf(path).open({ id: path }, null, context)
    if (i % 2 === 0) await reader.poll(10)
    await reader.close()
  }
  expect(openFiles()).toBe(before)
})

describe.each(sinks)('%s on a real disk', (_, connectorOf) => {
  const context = sinkContext<FileHandle>(fakeEnv(realFiles()), { checkpoints: false })

  test('says that a folder stands where the file should be', async () => {
    const path = join(folder, 'folder')
    mkdirSync(path, { recursive: true })
    await expect(async () => connectorOf(path).open(context)).rejects.toThrow(`SINK_FAILED: ${path} is a folder\n  Name a file in it`)
    expect(readdirSync(path)).toEqual([])
  })

  test('says that a file stands where a folder of its path should be', async () => {
    writeFileSync(join(folder, 'file.txt'), 'x')
    const path = join(folder, 'file.txt/out')
    const message = `SINK_FAILED: ${path} leads through something that is not a folder`
    await expect(async () => connectorOf(path).open(context)).rejects.toThrow(message)
    expect(readFileSync(join(folder, 'file.txt'), 'utf8')).toBe('x')
  })
})

/** Files on which one operation fails with a code. */
const failing = (files: Files, operation: keyof OpenFile | 'open' | 'rename', code: string): Files => {
  const fail = async (): Promise<never> => {
    throw Object.assign(new Error(`${code}: something, ${operation} '/run/.out.part'`), { code })
  }
  const bound = (name: keyof Files): unknown => (files[name] as () => unknown).bind(files)
  const names = ['readFile', 'stat', 'list', 'rename', 'remove', 'removeFolder', 'createFolder', 'syncFolder', 'resolve', 'print'] as const
  const own = Object.fromEntries(names.map((name) => [name, bound(name)])) as unknown as Files
  return {
    ...own,
    ...(operation === 'rename' && { rename: fail }),
    open: async (path, mode) => {
      if (operation === 'open' && mode !== 'read') return fail()
      return { ...(await files.open(path, mode)), ...(operation !== 'open' && operation !== 'rename' && { [operation]: fail }) }
    },
  }
}

describe.each(sinks)('%s', (name, connectorOf) => {
  const line = (sink: SinkConnector<unknown>): unknown => sink.format!(name === 'writeLines' ? 'text' : { x: 1 })

  test.each([
    ['open', 'EACCES', 'must not be opened by this user'],
    ['open', 'EROFS', 'is on a file system that cannot be written'],
    ['open', 'EMFILE', 'is one file too many for this process'],
    ['write', 'ENOSPC', 'does not fit on its disk'],
    ['write', 'EDQUOT', 'does not fit into what this user may write'],
    ['sync', 'EIO', 'could not be read from or written to its disk'],
    ['rename', 'EPERM', 'must not be opened by this user'],
    ['write', 'EWHAT', 'failed: EWHAT: something'],
  ] as const)('that meets %s failing with %s says so, and leaves the file that was there', async (operation, code, wrong) => {
    const files = new MemoryFiles()
    files.put('out', 'old')
    const sink = connectorOf('out')
    const writer = await sink.open(sinkContext(fakeEnv(failing(files, operation, code)), { checkpoints: false }))
    const work = async (): Promise<void> => {
      await writer.write([line(sink)])
      await writer.commit!(await writer.prepare!(1))
    }
    const message = expect.stringContaining(`SINK_FAILED: out ${wrong}`)
    await expect(work()).rejects.toMatchObject({ code: 'SINK_FAILED', message, cause: { code } })
    await writer.close()
    expect([files.names(), files.text('out')]).toEqual([['/run/out'], 'old'])
  })

  test('that runs out of disk in the middle of a batch fails that write', async () => {
    const files = new MemoryFiles()
    const sink = connectorOf('out')
    const writer = await sink.open(sinkContext(fakeEnv(failing(files, 'write', 'ENOSPC')), { checkpoints: true }))
    const lines = Array.from({ length: 200_000 }, () => line(sink))
    await expect((async () => writer.write(lines))()).rejects.toThrow('SINK_FAILED: out does not fit on its disk\n  Free some space')
  })
})

test.each(['readCsv', 'readLines', 'readNdjson'])('%s of a pipe says that it has no places to come back to', async (name) => {
  const memory = new MemoryFiles()
  memory.put('pipe', '')
  const piped = failing(memory, 'read', 'ESPIPE')
  const [, connectorOf] = sources.find(([each]) => each === name)!
  const context = sourceContext(fakeEnv(piped))
  await expect(async () => connectorOf('pipe').open({ id: 'pipe' }, null, context)).rejects.toThrow('SOURCE_FAILED: pipe is a pipe')
})
