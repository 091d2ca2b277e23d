import { spawnSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { csvRows, layoutOfSchema, type Layout } from '../../../lib/connectors/files/csv-rows.ts'
import { FileWindow } from '../../../lib/connectors/files/file-window.ts'
import { readRows, rowBytesMax, startOfFile, type RowCutter } from '../../../lib/connectors/files/line-reader.ts'
import { RecordMaker, loopBuild } from '../../../lib/connectors/files/record-maker.ts'
import { parseSchema } from '../../../lib/connectors/files/schema.ts'
import { TextTable, keptTextMax } from '../../../lib/connectors/files/text-table.ts'
import { drain } from '../fake-env.ts'
import { MemoryFiles } from '../memory-files.ts'

const texts = new TextTable()

type Rows = RowCutter<Record<string, unknown>>
type Choose = (rows: Rows) => Rows

const whole: Choose = (rows) => rows
/** Every row goes through the cutter. */
const cutOnly: Choose = (rows) => ({
  ...rows,
  read: (_, from) => from,
  get lineEnds() {
    return rows.lineEnds
  },
})

const types = ['INT', 'BIGINT', 'DOUBLE', 'DECIMAL(6, 2)', 'BOOLEAN', 'STRING', 'TIMESTAMP', 'DATE', 'TIME', 'BYTES'] as const
const cellTexts = [
  ...['0', '7', '-3', '+5', ' 8 ', '00012', '2147483647', '2147483648', '-2147483648', '999999999', '1234567890', '1.5', '12.345', '-0'],
  ...['1700000000000', '123456789012345', '1234567890123456', '8640000000000001', '99999999999999999', '86400000', '-86400000', '3600000'],
  ...['2024-02-29', '2024-02-30', '2024-01-01T10:20:30.5Z', '10:20', '24:00', 'true', 'FALSE', 'nul', 'a', 'abc def', ' x ', 'AQL/', 'AQL'],
  ...['', '', '""', '"a"', '"a""b"', '"1"', '"a\nb"', '"a,b"', '"open', '"a"b', 'a"b', 'é', '😀', '\uFFFD', '"日本"', 'x\ry', '\r'],
  ...['a long text of many words', '\0'],
]
const cell = fc.constantFrom(...cellTexts)
/** A byte that is not UTF-8 stands at `spoilt`. */
const rowBytes = (cells: readonly string[], lineEnd: string, spoilt: number): Buffer => {
  const bytes = Buffer.from(cells.join(',') + lineEnd)
  if (spoilt >= bytes.length || bytes[spoilt]! <= 44) return bytes
  return Buffer.concat([bytes.subarray(0, spoilt), Buffer.of(0xe9), bytes.subarray(spoilt)])
}
const file = fc.array(
  fc
    .record({
      cells: fc.array(cell, { minLength: 2, maxLength: 4 }),
      lineEnd: fc.constantFrom('\n', '\n', '\r\n', '\n\n'),
      spoilt: fc.oneof({ weight: 9, arbitrary: fc.constant(99) }, fc.nat(20)),
    })
    .map(({ cells, lineEnd, spoilt }) => rowBytes(cells, lineEnd, spoilt)),
  { maxLength: 8 },
)
const column = fc.record({ type: fc.constantFrom(...types), required: fc.boolean() })
/** Cells 0, 1 … of the file, or some of them, in any order: where the schema's columns stand. */
const layout = fc
  .integer({ min: 2, max: 4 })
  .chain((width) => fc.record({ width: fc.constant(width), places: fc.shuffledSubarray([...Array(width).keys()], { minLength: 1 }) }))
const shaped = layout.chain((each) => {
  const { length } = each.places
  return fc.record({ layout: fc.constant(each), columns: fc.array(column, { minLength: length, maxLength: length }) })
})

const rowsOf = async (bytes: Buffer, schema: string, chunk: number, choose: Choose, layout?: Layout): Promise<unknown> => {
  const files = new MemoryFiles()
  files.put('in.csv', bytes)
  files.readMax = () => chunk
  const columns = parseSchema(schema)
  const window = await FileWindow.open(files, 'in.csv')
  const position = await startOfFile(window)
  const rows = choose(csvRows({ path: 'in.csv', delimiter: ',', columns, texts }, layout ?? layoutOfSchema(columns)))
  return drain(readRows(window, rows, { path: 'in.csv', position, rowBytesMax, due: () => Infinity }), 3)
}

describe('a row that is read in one pass', () => {
  test('is what the cutter makes of it, whatever its cells and their types, good or bad', async () => {
    await fc.assert(
      fc.asyncProperty(file, shaped, fc.constantFrom(5, 1000), async (lines, { columns, layout: each }, chunk) => {
        const schema = columns.map(({ type, required }, i) => `c${i} ${type}${required ? ' NOT NULL' : ''}`).join(', ')
        const bytes = Buffer.concat(lines)
        expect(await rowsOf(bytes, schema, chunk, whole, each)).toEqual(await rowsOf(bytes, schema, chunk, cutOnly, each))
      }),
      { numRuns: 1500 },
    )
  })

  test('is what the cutter makes of it, whatever the one text cell', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(cell, { maxLength: 20 }), async (cells) => {
        const bytes = Buffer.from(cells.join('\n'))
        expect(await rowsOf(bytes, 'c STRING', 1000, whole)).toEqual(await rowsOf(bytes, 'c STRING', 1000, cutOnly))
      }),
      { numRuns: 300 },
    )
  })

  test('is every row that has nothing special in it', () => {
    const columns = parseSchema('i INT NOT NULL, s STRING, t TIMESTAMP')
    const rows = csvRows({ path: 'in.csv', delimiter: ',', columns, texts }, layoutOfSchema(columns))
    const lines = ['1,a,1700000000000\n', '-1,"b",2024-01-01\r\n', '2,é,\n', '3,,5\r\n', '4,,"6"\r\n']
    const bytes = Buffer.from(`${lines.join('')} `)
    const read: unknown[] = []
    expect(rows.read!(bytes, 0, bytes.length - 1, read, 9)).toBe(bytes.length - 1)
    expect(read).toEqual([
      { i: 1, s: 'a', t: 1_700_000_000_000 },
      { i: -1, s: 'b', t: Date.UTC(2024, 0, 1) },
      { i: 2, s: 'é', t: null },
      { i: 3, s: null, t: 5 },
      { i: 4, s: null, t: 6 },
    ])
  })
})

describe('a record', () => {
  const name = fc
    .oneof(fc.string({ unit: 'binary', minLength: 1 }), fc.constantFrom('constructor', '1', '"', '\\', '\u2028', '${x}', 'a b'))
    .filter((each) => each !== '__proto__')
  const fieldTypes = ['INT', 'DOUBLE', 'STRING', 'TIMESTAMP', 'DATE'] as const
  const names = fc.uniqueArray(name, { minLength: 1, maxLength: 5 })

  test('has the fields of its columns in their order, made either way', () => {
    fc.assert(
      fc.property(names, fc.boolean(), (fields, nullable) => {
        const columns = fields.map((each, i) => ({ name: each, type: fieldTypes[i]!, nullable, digits: null }))
        for (const maker of [new RecordMaker(columns), new RecordMaker(columns, loopBuild)]) {
          fields.forEach((_, i) => maker.set(i, i))
          const expected = Object.fromEntries(fields.map((each, i) => [each, i]))
          expect(maker.make()).toEqual(expected)
          expect(Object.keys(maker.make())).toEqual(Object.keys(expected))
        }
      }),
    )
  })

  test('is made where code must not be generated from strings', () => {
    const module = new URL('../../../lib/connectors/files/record-maker.ts', import.meta.url).href
    const script = `
      import { RecordMaker } from '${module}'
      const maker = new RecordMaker([{ name: 'b', type: 'INT' }, { name: 'a', type: 'DOUBLE' }])
      maker.set(0, 1)
      maker.set(1, 2.5)
      console.log(JSON.stringify(maker.make()))`
    const flags = ['--disallow-code-generation-from-strings', '--input-type=module', '--eval', script]
    expect(spawnSync(process.execPath, flags, { encoding: 'utf8' }).stdout).toBe('{"b":1,"a":2.5}\n')
  })
})

test('a text that is kept is the text of its bytes, whatever else had the same slot', () => {
  const table = new TextTable()
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '\0', '~', 'é'), maxLength: keptTextMax + 2 })
  fc.assert(
    fc.property(fc.array(fc.tuple(text, fc.nat(1)), { maxLength: 30 }), (texts) => {
      for (const [each, hash] of texts) {
        const bytes = Buffer.from(`<${each}>`)
        const isAscii = !each.includes('é')
        expect(table.read(bytes, 1, bytes.length - 1, isAscii)).toBe(each)
        if (bytes.length - 2 <= keptTextMax) expect(table.find(bytes, 1, bytes.length - 1, isAscii, hash)).toBe(each)
      }
    }),
  )
})
