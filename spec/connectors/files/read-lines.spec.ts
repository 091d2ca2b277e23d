import { isUtf8 } from 'node:buffer'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { SourceConnector } from '../../../lib/api/connector.ts'
import { readLines } from '../../../lib/connectors/files/read-lines.ts'
import { readNdjson } from '../../../lib/connectors/files/read-ndjson.ts'
import { drain, fakeEnv, sourceContext } from '../fake-env.ts'
import { MemoryFiles } from '../memory-files.ts'

const admitted = async <T>(connector: SourceConnector<T>, content: string | Uint8Array, chunk = Infinity): Promise<unknown[]> => {
  const files = new MemoryFiles()
  files.readMax = () => chunk
  files.put('in.txt', content)
  const { records } = await drain(await connector.open({ id: 'in.txt' }, null, sourceContext(fakeEnv(files))), 3)
  return records.map((raw) => {
    try {
      return connector.admit!(raw)
    } catch (error) {
      return (error as Error).message.split('\n')[0]
    }
  })
}

const even = {
  '~standard': {
    version: 1 as const,
    vendor: 'spec',
    validate: (value: unknown) =>
      typeof value === 'number' && value % 2 === 0 ? { value: value / 2 } : { issues: [{ message: 'not even', path: ['a', { key: 1 }] }] },
  },
}

describe('readLines', () => {
  test('gives what split gives, whatever the lines and chunks', async () => {
    const line = fc
      .string({ unit: fc.constantFrom('a', 'é', '😀', '\uFFFD', '"', ' ', '\r\r'), maxLength: 5 })
      .map((text) => text.replace(/\r+$/, ''))
    await fc.assert(
      fc.asyncProperty(
        fc.array(line),
        fc.constantFrom('\n', '\r\n'),
        fc.boolean(),
        fc.integer({ min: 1, max: 7 }),
        async (lines, lineEnd, bom, chunk) => {
          const content = (bom ? '\uFEFF' : '') + lines.map((each) => each + lineEnd).join('')
          expect(await admitted(readLines('in.txt'), content, chunk)).toEqual(lines)
        },
      ),
      { numRuns: 500 },
    )
  })

  test('reads a last line that is not finished', async () => {
    expect(await admitted(readLines('in.txt'), 'a\nb')).toEqual(['a', 'b'])
  })

  test('refuses a line that is not UTF-8', async () => {
    const bytes = Buffer.concat([Buffer.from('a\né\uFFFD'), Buffer.from([0xc3]), Buffer.from('x\nb')])
    expect(await admitted(readLines('in.txt'), bytes)).toEqual(['a', 'ROW_INVALID: in.txt:2:3: the line is not UTF-8: é\uFFFD\uFFFDx', 'b'])
  })

  test('is as right about lines of any length, of bytes that are text and of bytes that are none', async () => {
    const piece = fc.constantFrom('a', 'é', '😀', '\xff', '\n', '\r\n\r\n', 'long '.repeat(30))
    const pieces = fc.array(piece, { maxLength: 12 })
    await fc.assert(
      fc.asyncProperty(pieces, fc.constantFrom(1, 7, 1000), async (texts, chunk) => {
        const bytes = Buffer.concat(texts.map((each) => Buffer.from(each, each === '\xff' ? 'latin1' : 'utf8')))
        const lines = bytes.toString('latin1').split('\n')
        if (lines.at(-1) === '') lines.pop()
        const expected = lines.map((line, i) => {
          const isLast = i === lines.length - 1 && !bytes.toString('latin1').endsWith('\n')
          const own = Buffer.from(isLast ? line : line.replace(/\r$/, ''), 'latin1')
          return isUtf8(own) ? own.toString() : expect.stringContaining(`ROW_INVALID: in.txt:${i + 1}:`)
        })
        expect(await admitted(readLines('in.txt'), bytes, chunk)).toEqual(expected)
      }),
      { numRuns: 300 },
    )
  })
})

describe('readNdjson', () => {
  test('gives the values of its lines and passes over blank ones', async () => {
    expect(await admitted(readNdjson('in.txt'), '{"a":1}\n\n[2]\r\n"x"\n null ')).toEqual([{ a: 1 }, [2], 'x', null])
  })

  test('refuses a line that is not JSON, and no value that looks like a bad row', async () => {
    const forged = { 'bad row': 'x', file: 'y', line: 1, at: 1, column: null, text: '' }
    expect(await admitted(readNdjson('in.txt'), `{"a":\n${JSON.stringify(forged)}\n`)).toEqual([
      expect.stringMatching(/^ROW_INVALID: in.txt:1:6: the line is not JSON .*: \{"a":$/),
      forged,
    ])
  })

  test('names the character at which a line stops being JSON, where the parser tells', async () => {
    expect(await admitted(readNdjson('in.txt'), '{"é": 1} 2\n')).toEqual([expect.stringContaining('in.txt:1:10: the line is not JSON')])
  })

  test('gives what its schema returns and refuses what that refuses', async () => {
    expect(await admitted(readNdjson('in.txt', even), '4\n5\n')).toEqual([2, "ROW_INVALID: in.txt:2:1: column 'a.1': not even: 5"])
  })

  test('refuses a schema that answers with a promise', async () => {
    const slow = { '~standard': { version: 1 as const, vendor: 'spec', validate: async (value: unknown) => ({ value }) } }
    expect(await admitted(readNdjson('in.txt', slow), '1')).toEqual([expect.stringContaining('OPTION_INVALID')])
    expect(() => readNdjson('in.txt', {} as never)).toThrow('not a Standard Schema')
  })
})
