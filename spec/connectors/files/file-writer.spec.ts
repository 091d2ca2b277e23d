import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { SinkConnector, SinkContext, SinkWriter } from '../../../lib/api/connector.ts'
import type { FileHandle } from '../../../lib/connectors/files/file-writer.ts'
import { writeCsv } from '../../../lib/connectors/files/write-csv.ts'
import { writeLines } from '../../../lib/connectors/files/write-lines.ts'
import { fakeEnv, sinkContext } from '../fake-env.ts'
import { MemoryFiles } from '../memory-files.ts'

type Writer = SinkWriter<unknown, FileHandle>
const target = '/run/out.csv'

const opened = async (files: MemoryFiles, sink: SinkConnector<never>, options: Partial<SinkContext<FileHandle>> = {}): Promise<Writer> =>
  sink.open(sinkContext(fakeEnv(files), { ...options, ...(options.restored && { restored: structuredClone(options.restored) }) }))

const put = async (writer: Writer, sink: SinkConnector<never>, records: readonly unknown[]): Promise<void> => {
  await writer.write(records.map((record) => sink.format!(record)))
}

const checkpoint = async (writer: Writer, n: number): Promise<FileHandle> => {
  const handle = await writer.prepare!(n)
  await writer.commit!(handle)
  return handle
}

const lines = (): SinkConnector<never> => writeLines('out.csv') as SinkConnector<never>

describe('with checkpoints, a file', () => {
  test('has nothing in it before the first commit, and then what was written before that checkpoint', async () => {
    const files = new MemoryFiles()
    const writer = await opened(files, lines())
    await checkpoint(writer, 0)
    await put(writer, lines(), ['a', 'b'])
    const handle = await writer.prepare!(1)
    await put(writer, lines(), ['c'])
    expect(files.text(target)).toBeUndefined()
    await writer.commit!(handle)
    expect(files.text(target)).toBe('a\nb\n')
    await checkpoint(writer, 2)
    expect(files.text(target)).toBe('a\nb\nc\n')
    await writer.close()
    expect(files.names()).toEqual([target])
  })

  test('takes several prepared checkpoints one after the other', async () => {
    const files = new MemoryFiles()
    const writer = await opened(files, lines())
    const handles: FileHandle[] = []
    for (const [n, record] of ['a', 'bb', 'ccc'].entries()) {
      await put(writer, lines(), [record])
      handles.push(await writer.prepare!(n + 1))
    }
    for (const handle of handles) await writer.commit!(handle)
    expect(files.text(target)).toBe('a\nbb\nccc\n')
  })

  test('is the same after a commit is repeated, by this writer or the next', async () => {
    const files = new MemoryFiles()
    const writer = await opened(files, lines())
    await put(writer, lines(), ['a'])
    const first = await checkpoint(writer, 1)
    await put(writer, lines(), ['b'])
    const second = await checkpoint(writer, 2)
    await writer.commit!(first)
    const next = await opened(files, lines(), { start: 'resumed', restored: [first, second] })
    for (const handle of [first, second]) await next.commit!(handle)
    expect(files.text(target)).toBe('a\nb\n')
  })

  test('is committed again whole when a part that had been removed comes back', async () => {
    const files = new MemoryFiles()
    const writer = await opened(files, lines())
    const handles: FileHandle[] = []
    for (const [n, record] of ['a', 'b', 'c'].entries()) {
      await put(writer, lines(), [record])
      handles.push(await writer.prepare!(n + 1))
    }
    const [first, ...later] = handles
    for (const handle of [first!, ...later]) await writer.commit!(handle)
    files.put(`/run/${later[0]!.part}`, 'b\n')
    const next = await opened(files, lines(), { start: 'resumed', restored: later })
    for (const handle of later) await next.commit!(handle)
    expect(files.text(target)).toBe('a\nb\nc\n')
  })

  test('that has content and no checkpoint is refused, and the error names the ways out', async () => {
    const files = new MemoryFiles()
    files.put(target, 'x')
    await expect(opened(files, lines())).rejects.toThrow(
      /SINK_NOT_EMPTY: out.csv .*\n.*Move it.*existing: 'replace' \| 'append'.*restore: 'none'/s,
    )
    files.put(target, '')
    await expect(opened(files, lines())).resolves.toBeDefined()
  })

  test.each([
    ["existing: 'replace'", { existing: 'replace' }, {}],
    ["restore: 'none'", {}, { replacing: true }],
  ] as const)('that is replaced (%s) stands until the first commit', async (_, options, context) => {
    const files = new MemoryFiles()
    files.put(target, 'old and long\n')
    const sink = writeLines('out.csv', options) as SinkConnector<never>
    const writer = await opened(files, sink, context)
    const start = await checkpoint(writer, 0)
    await put(writer, sink, ['a'])
    expect(files.text(target)).toBe('old and long\n')
    const resumed = await opened(files, sink, { start: 'resumed', restored: [start] })
    await put(resumed, sink, ['a'])
    expect(files.text(target)).toBe('old and long\n')
    await checkpoint(resumed, 1)
    expect(files.text(target)).toBe('a\n')
  })

  test('that is appended to keeps what it had, and an unfinished last line is finished', async () => {
    for (const [old, whole] of [
      ['x,y\n1,2\n', 'x,y\n1,2\n3,4\n'],
      ['x,y\n1,2', 'x,y\n1,2\n3,4\n'],
      ['', 'x,y\n3,4\n'],
    ] as const) {
      const files = new MemoryFiles()
      files.put(target, old)
      const sink = writeCsv('out.csv', null, { existing: 'append' }) as SinkConnector<never>
      const start = await checkpoint(await opened(files, sink), 0)
      const writer = await opened(files, sink, { start: 'resumed', restored: [start] })
      await put(writer, sink, [{ x: 3, y: 4 }])
      await checkpoint(writer, 1)
      expect(files.text(target)).toBe(whole)
    }
  })

  test('that is replaced holds nothing of the one before when the first commit is made by the run that resumes', async () => {
    for (const records of [[], ['a']]) {
      const files = new MemoryFiles()
      files.put(target, 'old and long\n')
      const sink = writeLines('out.csv', { existing: 'replace' }) as SinkConnector<never>
      const writer = await opened(files, sink)
      await checkpoint(writer, 0)
      await put(writer, sink, records)
      const handle = await writer.prepare!(1)
      const resumed = await opened(files, sink, { start: 'resumed', restored: [handle] })
      await resumed.commit!(handle)
      await resumed.close()
      expect(files.text(target)).toBe(records.map((record) => `${record}\n`).join(''))
    }
  })

  test('has no part of a dead run beside it once the sink is open again', async () => {
    const files = new MemoryFiles()
    const writer = await opened(files, lines())
    for (const n of [1, 2, 3]) {
      await put(writer, lines(), ['a'])
      await writer.prepare!(n)
    }
    expect(files.names().length).toBe(3)
    files.put('/run/.out.csv.millrace-x.part', 'not ours')
    await opened(files, lines(), { start: 'resumed' })
    expect(files.names()).toEqual(['/run/.out.csv.millrace-x.part'])
  })

  test('is cut to an older checkpoint before anything more is written, also when nothing more comes', async () => {
    const files = new MemoryFiles()
    const writer = await opened(files, lines())
    await put(writer, lines(), ['a'])
    const first = await checkpoint(writer, 1)
    await put(writer, lines(), ['bb'])
    await checkpoint(writer, 2)
    const back = await opened(files, lines(), { start: 'resumed', restored: [first] })
    await back.commit!(first)
    expect(files.text(target)).toBe('a\n')
    await put(back, lines(), ['c'])
    await checkpoint(back, 2)
    expect(files.text(target)).toBe('a\nc\n')
    const again = await opened(files, lines(), { start: 'resumed', restored: [first] })
    await checkpoint(again, 2)
    expect(files.text(target)).toBe('a\n')
  })

  test('that is shorter than recorded fails the sink', async () => {
    const files = new MemoryFiles()
    const writer = await opened(files, lines())
    await put(writer, lines(), ['abc'])
    const handle = await checkpoint(writer, 1)
    files.put(target, 'ab')
    await expect(opened(files, lines(), { start: 'resumed', restored: [handle] })).rejects.toThrow(
      'SINK_FAILED: out.csv has 2 bytes; 4 were committed to it',
    )
    await expect((async () => writer.commit!(handle))()).rejects.toThrow('SINK_FAILED')
  })

  test('has its header alone when no record comes, where the columns are known', async () => {
    const files = new MemoryFiles()
    for (const [columns, content] of [
      [['x', 'y'], 'x,y\n'],
      [null, ''],
    ] as const) {
      const sink = writeCsv<{ x: number; y: number }>('out.csv', columns, { existing: 'replace' }) as SinkConnector<never>
      const writer = await opened(files, sink)
      await checkpoint(writer, 0)
      await checkpoint(writer, 1)
      await checkpoint(writer, 2)
      expect(files.text(target)).toBe(content)
    }
  })

  test('keeps its header over a crash, whatever record comes first after it', async () => {
    const files = new MemoryFiles()
    const sink = writeCsv('out.csv') as SinkConnector<never>
    const writer = await opened(files, sink)
    await put(writer, sink, [{ x: 1, y: 2 }])
    const handle = await checkpoint(writer, 1)
    const next = await opened(files, sink, { start: 'resumed', restored: [handle] })
    await put(next, sink, [{ y: 4, x: 3 }, { y: 5 }])
    await checkpoint(next, 2)
    expect(files.text(target)).toBe('x,y\n1,2\n3,4\n,5\n')
    expect(() => next.write([sink.format!({ x: 1, z: 2 })])).toThrow("SINK_FAILED: a record has the field 'z'")
  })

  test('loses the part that a handle of a given up timeline had', async () => {
    const files = new MemoryFiles()
    const writer = await opened(files, lines())
    await put(writer, lines(), ['a'])
    const handle = await writer.prepare!(1)
    await put(writer, lines(), ['b'])
    await writer.abort!(handle)
    await put(writer, lines(), ['c'])
    await checkpoint(writer, 2)
    await writer.close()
    expect(files.text(target)).toBe('c\n')
    expect(files.names()).toEqual([target])
  })

  test('is written in pieces, never gathered whole', async () => {
    const files = new MemoryFiles()
    const writer = await opened(files, lines())
    const long = 'é'.repeat(1000)
    await put(
      writer,
      lines(),
      Array.from({ length: 2000 }, () => long),
    )
    const [part] = files.names().filter((name) => name.endsWith('.part'))
    expect(Buffer.byteLength(files.text(part!)!)).toBeGreaterThan(3_000_000)
    await checkpoint(writer, 1)
    expect(Buffer.byteLength(files.text(target)!)).toBe(2000 * 2001)
  })
})

describe('without checkpoints, a file', () => {
  const without = { checkpoints: false }

  test('appears whole when the job ends, in place of the one before', async () => {
    const files = new MemoryFiles()
    files.put(target, 'old')
    const contents = new Set<string | undefined>()
    files.watch = () => contents.add(files.text(target))
    const writer = await opened(files, lines(), without)
    await put(writer, lines(), ['a', 'b'])
    await checkpoint(writer, 0)
    await writer.close()
    expect([...contents]).toEqual(['old', 'a\nb\n'])
    expect(files.names()).toEqual([target])
  })

  test('stays as it was when the job fails, and nothing is left beside it', async () => {
    const files = new MemoryFiles()
    files.put(target, 'old')
    for (const prepares of [false, true]) {
      const writer = await opened(files, lines(), without)
      await put(writer, lines(), ['a', 'x'.repeat(300_000)])
      if (prepares) await writer.prepare!(1)
      await writer.close()
      expect([files.text(target), files.names()]).toEqual(['old', [target]])
    }
  })

  test('appears also without records, in a folder that did not exist', async () => {
    const files = new MemoryFiles()
    const sink = writeCsv('deep/er/out.csv', { x: () => 1 }) as SinkConnector<never>
    await checkpoint(await opened(files, sink, without), 1)
    expect(files.text('deep/er/out.csv')).toBe('x\n')
  })

  test('is appended to, or refused, where that was asked for', async () => {
    const files = new MemoryFiles()
    files.put(target, 'a\n')
    const appending = writeLines('out.csv', { existing: 'append' }) as SinkConnector<never>
    const writer = await opened(files, appending, without)
    await put(writer, appending, ['b'])
    await checkpoint(writer, 1)
    expect(files.text(target)).toBe('a\nb\n')
    await expect(opened(files, writeLines('out.csv', { existing: 'refuse' }) as SinkConnector<never>, without)).rejects.toThrow(
      'SINK_NOT_EMPTY',
    )
  })
})

describe('a crash between any two operations on files', () => {
  /** A run of records 0 … n−1 with a checkpoint after each few; it resumes from its last durable handles until it ends. */
  const runWithCrashes = async (
    sink: SinkConnector<never>,
    batches: readonly (readonly unknown[])[],
    files: MemoryFiles,
    crashes: readonly number[],
  ): Promise<void> => {
    let durable: { handles: FileHandle[]; batch: number } | null = null
    const deaths = [...crashes]
    for (;;) {
      const death = deaths.shift()
      files.dieAt = death === undefined ? Infinity : files.operations + death
      try {
        const from = durable as { handles: FileHandle[]; batch: number } | null
        const writer = await opened(files, sink, from === null ? {} : { start: 'resumed', restored: from.handles })
        for (const handle of from?.handles ?? []) await writer.commit!(handle)
        let pending: FileHandle[] = []
        if (from === null) {
          const start = await writer.prepare!(0)
          durable = { handles: [start], batch: 0 }
          await writer.commit!(start)
        }
        for (let batch = from?.batch ?? 0; batch < batches.length; batch++) {
          await put(writer, sink, batches[batch]!)
          pending.push(await writer.prepare!(batch + 1))
          // Each third checkpoint is prepared and does not complete: its handle is committed with the next one's.
          if (batch % 3 === 1 && batch + 1 < batches.length) continue
          durable = { handles: structuredClone(pending), batch: batch + 1 }
          for (const handle of pending) await writer.commit!(handle)
          pending = []
        }
        await writer.close()
        return
      } catch (error) {
        if (files.operations <= files.dieAt) throw error
      }
    }
  }

  test('leaves committed output alone in the file, and the file of an undisturbed run at the end', async () => {
    const batches = [
      [
        { a: 1, b: 'x' },
        { a: 2, b: '' },
      ],
      [],
      [{ a: 3, b: null }],
      [{ a: 4, b: 'y"' }],
      [{ a: 5, b: 'z' }],
      [],
    ]
    const sink = writeCsv('out.csv', null, { existing: 'replace' }) as SinkConnector<never>
    const undisturbed = new MemoryFiles()
    await runWithCrashes(sink, batches, undisturbed, [])
    const whole = undisturbed.text(target)!
    expect(whole).toBe('a,b\n1,x\n2,""\n3,\n4,"y"""\n5,z\n')
    for (let first = 0; first < undisturbed.operations; first++) {
      for (const second of [Infinity, 0, 1, 3, 6, 10, 15]) {
        const files = new MemoryFiles()
        const old = 'an earlier run, longer than this one will ever be\n'
        files.put(target, old)
        files.watch = () => expect(files.text(target) === old || whole.startsWith(files.text(target)!)).toBe(true)
        await runWithCrashes(sink, batches, files, [first, second])
        expect([files.text(target), files.names()]).toEqual([whole, [target]])
      }
    }
  })

  test('does the same wherever the checkpoints lie', async () => {
    const sink = writeLines('out.csv', { existing: 'replace' }) as SinkConnector<never>
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.stringMatching(/^[a-z]{0,4}$/), { maxLength: 3 }), { minLength: 1, maxLength: 8 }),
        fc.array(fc.nat(40), { maxLength: 6 }),
        async (batches, crashes) => {
          const files = new MemoryFiles()
          const whole = batches
            .flat()
            .map((line) => `${line}\n`)
            .join('')
          files.put(target, 'OLD\n')
          files.watch = () => expect(files.text(target) === 'OLD\n' || whole.startsWith(files.text(target)!)).toBe(true)
          await runWithCrashes(sink, batches, files, crashes)
          expect([files.text(target), files.names()]).toEqual([whole, [target]])
        },
      ),
      { numRuns: 500 },
    )
  })
})
