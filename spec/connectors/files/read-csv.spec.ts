import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { SourceConnector } from '../../../lib/api/connector.ts'
import { rowBytesMax } from '../../../lib/connectors/files/line-reader.ts'
import { readCsv, type ReadCsvOptions } from '../../../lib/connectors/files/read-csv.ts'
import { drain, fakeEnv, sourceContext } from '../fake-env.ts'
import { MemoryFiles } from '../memory-files.ts'

const readAll = async (files: MemoryFiles, connector: SourceConnector<unknown>, position: unknown = null, max = 100) => {
  const context = sourceContext(fakeEnv(files))
  const [split] = await connector.splits(context)
  return drain(await connector.open(split!, position, context), max)
}

const rowsOf = async (content: string | Uint8Array, schema: string, options: ReadCsvOptions = {}): Promise<unknown[]> => {
  const files = new MemoryFiles()
  files.put('in.csv', content)
  const connector = readCsv('in.csv', schema, { header: false, ...options })
  return (await readAll(files, connector)).records.map((raw) => {
    try {
      return connector.admit!(raw)
    } catch (error) {
      return (error as Error).message.split('\n')[0]
    }
  })
}

const cellText = fc.string({ unit: fc.constantFrom('a', 'b', '1', ',', '"', '\n', '\r', '\r\n', ' ', 'é', '日', '😀'), maxLength: 6 })
const cell = fc
  .record({ text: cellText, quote: fc.boolean() })
  .map(({ text, quote }) => (quote || /[,"\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text))
const file = fc.integer({ min: 1, max: 4 }).chain((width) =>
  fc.record({
    width: fc.constant(width),
    rows: fc.array(fc.array(cell, { minLength: width, maxLength: width }), { maxLength: 12 }),
    lineEnd: fc.constantFrom('\n', '\r\n'),
    bom: fc.boolean(),
    finished: fc.boolean(),
  }),
)
const written = ({ rows, lineEnd, bom, finished }: { rows: string[][]; lineEnd: string; bom: boolean; finished: boolean }): string =>
  (bom ? '\uFEFF' : '') + rows.map((row) => row.join(',')).join(lineEnd) + (finished && rows.length > 0 ? lineEnd : '')

const oracle = (content: string): (string | null)[][] =>
  parse(content, {
    bom: true,
    record_delimiter: ['\r\n', '\n'],
    cast: (value, { quoting }) => (quoting || value !== '' ? value : (null as unknown as string)),
  }) as (string | null)[][]

describe('a CSV file', () => {
  test('is read as csv-parse reads it, whatever its quotes, line ends and byte order mark, and however its bytes come', async () => {
    await fc.assert(
      fc.asyncProperty(
        file,
        fc.infiniteStream(fc.integer({ min: 1, max: 9 })),
        fc.integer({ min: 1, max: 5 }),
        async (content, sizes, max) => {
          const files = new MemoryFiles()
          files.readMax = () => sizes.next().value as number
          files.put('in.csv', written(content))
          const schema: string = Array.from({ length: content.width }, (_, i) => `c${i} STRING`).join(', ')
          const { records } = await readAll(files, readCsv('in.csv', schema, { header: false }), null, max)
          expect(records.map((row) => Object.values(row as object))).toEqual(oracle(written(content)))
        },
      ),
      { numRuns: 700 },
    )
  })

  test('gives from each of its positions the rows that came after it', async () => {
    await fc.assert(
      fc.asyncProperty(file, fc.boolean(), fc.integer({ min: 1, max: 3 }), async (content, header, max) => {
        const files = new MemoryFiles()
        const names = Array.from({ length: content.width }, (_, i) => `c${i}`)
        files.put('in.csv', written({ ...content, rows: [...(header ? [names] : []), ...content.rows, ...content.rows] }))
        const schema: string = names.map((name) => `${name} STRING`).join(', ')
        const connector = readCsv('in.csv', schema, { header })
        const { records, positions } = await readAll(files, connector, null, max)
        for (const { after, position } of positions)
          expect((await readAll(files, connector, position)).records).toEqual(records.slice(after))
      }),
      { numRuns: 200 },
    )
  })

  test('longer than any buffer is read whole, and its line numbers count line ends inside quotes', async () => {
    const content = Array.from({ length: 60_000 }, (_, i) => `${i},"a\nb"\r\n`).join('') + 'x,y\n'
    const rows = await rowsOf(content, 'id INT, text STRING')
    expect(rows.length).toBe(60_001)
    expect(rows[59_999]).toEqual({ id: 59_999, text: 'a\nb' })
    expect(rows[60_000]).toContain('in.csv:120001:1')
  })

  test('may have its columns in another order than the schema, and more of them', async () => {
    expect(await rowsOf('b,extra,a\n2,x,1\n', 'a INT, b INT', { header: true })).toEqual([{ a: 1, b: 2 }])
  })

  test('with nothing in it, or a header alone, has no rows', async () => {
    expect(await rowsOf('', 'a INT', { header: true })).toEqual([])
    expect(await rowsOf('a', 'a INT', { header: true })).toEqual([])
  })

  test.each([
    ['x,y\n1,2\n', "in.csv has no column 'z'; its first line is: x,y"],
    ['x,z,z\n', "in.csv has the column 'z' twice; its first line is: x,z,z"],
    ['x,"z\n1,2\n', 'in.csv has a first line that is no header: the quote is not closed; its first line is: x,"z\\n1,2'],
    ['x,"z"y\n', 'in.csv has a first line that is no header: text follows the closing quote'],
    [`x,z${',y'.repeat(10_000)}\n`, 'in.csv has 10002 columns, and no more than 10000 can be read'],
    ['x'.repeat(rowBytesMax + 1), `in.csv has a first line longer than ${rowBytesMax} bytes`],
  ])('whose header does not have each column of the schema once is refused', async (content, message) => {
    await expect(rowsOf(content, 'x INT, z INT', { header: true })).rejects.toThrow(`SCHEMA_INVALID: ${message}`)
  })

  test('may have the columns that the schema does not name in any number', async () => {
    expect(await rowsOf('y,x,y\na,1,b\n', 'x INT', { header: true })).toEqual([{ x: 1 }])
  })

  test('has null where a cell is empty and a string where it is quoted', async () => {
    expect(await rowsOf(',""\n', 'a STRING, b STRING')).toEqual([{ a: null, b: '' }])
  })

  test('may be parted by another character', async () => {
    expect(await rowsOf('1;"2;3"\n', 'a INT, b STRING', { delimiter: ';' })).toEqual([{ a: 1, b: '2;3' }])
  })

  test('may have blank lines, which are no rows', async () => {
    expect(await rowsOf('1,2\n\n\r\n3,4\n\n', 'a INT, b INT')).toEqual([
      { a: 1, b: 2 },
      { a: 3, b: 4 },
    ])
  })
})

describe('a bad row', () => {
  test.each([
    ['1,x\n', "in.csv:1:3: column 'b': 'x' is not an INT: 1,x"],
    ['1,2\n1,\n', "in.csv:2:3: column 'b': an empty cell is null, and the column is NOT NULL: 1,"],
    ['1,2,3\n', 'in.csv:1:5: 3 cells where there are 2 columns: 1,2,3'],
    ['1,"é",3,4\n', 'in.csv:1:7: 4 cells where there are 2 columns: 1,"é",3,4'],
    ['1\r\n', 'in.csv:1:2: 1 cell where there are 2 columns: 1'],
    ['1,"2"3\n', 'in.csv:1:4: column \'b\': text follows the closing quote: 1,"2"3'],
    ['1,"2', "in.csv:1:4: column 'b': the quote is not closed: 1,\"2"],
    [Buffer.from([49, 44, 0xc3, 0xa9, 0xff, 10]), "in.csv:1:4: column 'b': the row is not UTF-8: 1,é\uFFFD"],
    [Buffer.from([49, 0xff, 44, 50, 10]), "in.csv:1:2: column 'a': the row is not UTF-8: 1\uFFFD,2"],
    ['1,"2"3,4\n', 'in.csv:1:4: column \'b\': text follows the closing quote: 1,"2"3,4'],
    ['1,99999999999\n', "column 'b': '99999999999' is not an INT"],
  ])('%j names file, line, place, column and text', async (content, message) => {
    expect((await rowsOf(content as string, 'a INT NOT NULL, b INT NOT NULL')).at(-1)).toContain(message)
  })

  test('does not disturb the rows around it', async () => {
    expect(await rowsOf('1\nx\n3\n', 'a INT')).toEqual([{ a: 1 }, expect.stringContaining('ROW_INVALID'), { a: 3 }])
  })

  test('shows no more than 200 characters', async () => {
    const [message] = (await rowsOf(`${'x'.repeat(500)}\n`, 'a INT')) as string[]
    expect(message!.split(': ').at(-1)!.length).toBe(200)
  })

  test('is what a row above 16 MiB is, and reading goes on behind it', async () => {
    const long = Buffer.alloc(rowBytesMax + 600_000, 'x')
    const quotedLong = Buffer.concat([Buffer.from('"'), long, Buffer.from('""\n,"'), Buffer.from('\n')])
    const content = Buffer.concat([Buffer.from('a\n'), quotedLong, Buffer.from('b\n'), long, Buffer.from('\nc\n')])
    expect(await rowsOf(content, 'a STRING')).toEqual([
      { a: 'a' },
      expect.stringContaining(`in.csv:2:1: the row is longer than ${rowBytesMax} bytes: "xxx`),
      { a: 'b' },
      expect.stringContaining('in.csv:5:1: the row is longer'),
      { a: 'c' },
    ])
  })
})

describe('readCsv', () => {
  test('reads each file of a glob as one split, sorted, and no hidden ones or folders', async () => {
    const files = new MemoryFiles()
    for (const path of ['data/b.csv', 'data/a.csv', 'data/.c.csv', 'data/a.txt', 'data/ab.csv']) files.put(path, 'x\n1\n')
    for (const folder of ['/run/data', '/run/data/z.csv']) files.folders.add(folder)
    const ids = async (path: string): Promise<string[]> =>
      (await readCsv(path, 'x INT').splits(sourceContext(fakeEnv(files)))).map(({ id }) => id)
    expect(await ids('data/*.csv')).toEqual(['data/a.csv', 'data/ab.csv', 'data/b.csv'])
    expect(await ids('data/?.csv')).toEqual(['data/a.csv', 'data/b.csv'])
    expect(await ids('data/*b*')).toEqual(['data/ab.csv', 'data/b.csv'])
    await expect(ids('data/*.tsv')).rejects.toThrow(/SOURCE_FAILED: no file matches data\/\*\.tsv/)
  })

  test.each([
    ['missing.csv', 'missing.csv does not exist'],
    ['folder', 'folder is a folder'],
    ['secret.csv', 'secret.csv must not be opened by this user'],
  ])('says of %s why it cannot be read', async (path, message) => {
    const files = new MemoryFiles()
    files.put('secret.csv', '')
    files.folders.add('/run/folder')
    files.refuses.set('/run/secret.csv', 'EACCES')
    const connector = readCsv(path, 'x INT')
    await expect(async () => connector.splits(sourceContext(fakeEnv(files)))).rejects.toThrow(`SOURCE_FAILED: ${message}`)
    await expect(async () => connector.open({ id: path }, null, sourceContext(fakeEnv(files)))).rejects.toThrow(`SOURCE_FAILED: ${message}`)
  })

  test('refuses to go on in a file that has become shorter, or before its first row', async () => {
    const files = new MemoryFiles()
    files.put('in.csv', 'x\n1\n2\n')
    const connector = readCsv('in.csv', 'x INT')
    await expect(readAll(files, connector, { offset: 7, line: 4 })).rejects.toThrow(
      'SOURCE_FAILED: in.csv has 6 bytes; 7 were read from it before',
    )
    await expect(readAll(files, connector, { offset: 0, line: 1 })).rejects.toThrow(
      'SOURCE_FAILED: in.csv has its first row at byte 2; reading is to go on at byte 0',
    )
    expect((await readAll(files, connector, { offset: 4, line: 3 })).records).toEqual([{ x: 2 }])
  })

  test('gives as many rows a second as it is told', async () => {
    const files = new MemoryFiles()
    files.put('in.csv', Array.from({ length: 50 }, (_, i) => `${i}\n`).join(''))
    const env = fakeEnv(files)
    const reader = await readCsv('in.csv', 'x INT', { header: false, ratePerSecond: 10 }).open({ id: 'in.csv' }, null, sourceContext(env))
    const counts: number[] = []
    for (const at of [0, 250, 1000, 1000, 9000]) {
      env.clock.at = 1000 + at
      counts.push((await reader.poll(100)).records.length)
    }
    expect(counts).toEqual([0, 2, 8, 0, 40])
  })

  test.each([
    { delimiter: ';;' },
    { delimiter: '"' },
    { header: 1 },
    { onBadRow: 'skip' },
    { ratePerSecond: -1 },
    { splitBytes: 5 },
    { heder: true },
  ])('refuses the options %o', (options) => {
    expect(() => readCsv('in.csv', 'x INT', options as never)).toThrow(expect.objectContaining({ code: 'OPTION_INVALID' }))
  })
})
