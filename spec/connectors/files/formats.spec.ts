import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { SinkConnector } from '../../../lib/api/connector.ts'
import { jsonLine } from '../../../lib/connectors/files/json-line.ts'
import { readCsv } from '../../../lib/connectors/files/read-csv.ts'
import { readLines } from '../../../lib/connectors/files/read-lines.ts'
import { readNdjson } from '../../../lib/connectors/files/read-ndjson.ts'
import { stdout } from '../../../lib/connectors/files/stdout.ts'
import { writeCsv } from '../../../lib/connectors/files/write-csv.ts'
import { writeLines } from '../../../lib/connectors/files/write-lines.ts'
import { writeNdjson } from '../../../lib/connectors/files/write-ndjson.ts'
import type { SourceConnector } from '../../../lib/api/connector.ts'
import { drain, fakeEnv, sinkContext, sourceContext } from '../fake-env.ts'
import { MemoryFiles } from '../memory-files.ts'

const through = async <T>(sink: SinkConnector<T>, source: SourceConnector<unknown>, records: readonly T[]): Promise<unknown[]> => {
  const env = fakeEnv(new MemoryFiles())
  const writer = await sink.open(sinkContext(env, { checkpoints: false }))
  await writer.write(records.map((record) => sink.format!(record)))
  await writer.commit!(await writer.prepare!(1))
  const { records: raw } = await drain(await source.open({ id: 'out' }, null, sourceContext(env)))
  return raw.map((row) => source.admit!(row))
}

const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom(',', ';', '"', '\n', '\r', ' ', '\uFEFF', 'a', '\t') }),
)
const nullable = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(arbitrary)
const row = fc.record({
  i: nullable(fc.integer()),
  l: nullable(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })),
  d: nullable(fc.double().map((value) => value + 0)),
  m: nullable(fc.stringMatching(/^-?\d{1,20}(\.\d{1,5})?$/)),
  b: nullable(fc.boolean()),
  s: nullable(text),
  t: nullable(fc.integer({ min: -8.64e15, max: 8.64e15 })),
  y: nullable(fc.integer({ min: -100_000, max: 100_000 }).map((day) => day * 86_400_000)),
  h: nullable(fc.nat(86_399_999)),
  x: nullable(fc.uint8Array({ maxLength: 9 }).map((bytes) => Uint8Array.from(bytes))),
})
const schema = 'i INT, l BIGINT, d DOUBLE, m DECIMAL, b BOOLEAN, s STRING, t TIMESTAMP, y DATE, h TIME, x BYTES'

describe('what writeCsv writes', () => {
  test('is what readCsv reads, for every type, delimiter and way to name columns', async () => {
    const names = ['i', 'l', 'd', 'm', 'b', 's', 't', 'y', 'h', 'x'] as const
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { minLength: 1, maxLength: 5 }),
        fc.constantFrom(',', ';', '\t', '|', ' '),
        fc.boolean(),
        fc.boolean(),
        async (rows, delimiter, header, named) => {
          const sink = writeCsv<(typeof rows)[number]>('out', named || !header ? names : null, { header, delimiter })
          // String(-0) is 0, as in JSON.
          const expected = rows.map((each) => ({ ...each, d: each.d === 0 ? 0 : each.d }))
          expect(await through(sink, readCsv('out', schema, { header, delimiter }), rows)).toEqual(expected)
        },
      ),
      { numRuns: 500 },
    )
  })

  test('is what csv-parse reads, whatever the texts, the delimiter and the way to name columns', async () => {
    const cells = fc.record({ s: text, n: fc.double({ noNaN: true, noDefaultInfinity: true }), 't,"': text })
    const names = ['s', 'n', 't,"'] as const
    const functions = Object.fromEntries(names.map((name) => [name, (each: Record<string, unknown>) => each[name]]))
    const delimiters = fc.constantFrom(',', ';', '\t', '|', ' ')
    const ways = fc.constantFrom(null, names, functions)
    await fc.assert(
      fc.asyncProperty(fc.array(cells, { minLength: 1 }), delimiters, ways, async (rows, delimiter, columns) => {
        const files = new MemoryFiles()
        const sink = writeCsv<(typeof rows)[number]>('out', columns as typeof names, { delimiter })
        const writer = await sink.open(sinkContext(fakeEnv(files), { checkpoints: false }))
        await writer.write(rows.map((each) => sink.format!(each)))
        await writer.commit!(await writer.prepare!(1))
        const read = parse(files.text('out')!, { delimiter, record_delimiter: '\n', columns: true })
        expect(read).toEqual(rows.map((each) => ({ ...each, n: String(each.n) })))
      }),
      { numRuns: 500 },
    )
  })

  test('has quotes only where they are needed', () => {
    const format = (value: unknown): unknown => writeCsv<{ a: unknown }>('out', ['a']).format?.({ a: value })
    const plainTexts = ['a', 'a b', 'é', '日本', '😀', "it's", '-', 'a'.repeat(100), `${'a '.repeat(50)}b`, '\u007f']
    expect(plainTexts.map(format)).toEqual(plainTexts)
    const quotedTexts = ['', ' a', 'a ', 'a,b', 'a\nb', 'a\rb', '\tb', '\u00a0b', 'é\uFEFF', '\uFEFFé', `${'a'.repeat(100)},`]
    expect(quotedTexts.map(format)).toEqual(quotedTexts.map((each) => `"${each}"`))
    expect(format('a"b')).toBe('"a""b"')
  })

  test('is right for one column too, where a null is a blank line', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.record({ s: nullable(text) }), { minLength: 1 }), async (rows) => {
        expect(await through(writeCsv('out'), readCsv('out', 's STRING'), rows)).toEqual(rows)
      }),
    )
  })

  test('takes nested values through functions', () => {
    expect(
      writeCsv<{ key: string; value: { n: number } }>('out', { word: (r) => r.key, n: (r) => r.value.n }).format?.({
        key: 'a',
        value: { n: 1 },
      }),
    ).toBe('a,1')
  })

  test.each([
    [{ a: { b: 1 } }, "column 'a' has a nested value"],
    [{ a: [1] }, "column 'a' has a nested value"],
    [{ a: () => 1 }, "column 'a' has a function"],
    [{ a: Symbol('x') }, "column 'a' has a symbol"],
    [{ a: '\ud800' }, "column 'a' has text with half a surrogate pair"],
    [{}, 'a record without fields has no cells'],
    ['text', 'a record that is not an object has no cells'],
    [null, 'a record that is not an object has no cells'],
  ])('is nothing for the record %o, which fails alone', (record, message) => {
    expect(() => writeCsv('out').format?.(record)).toThrow(`SINK_FAILED: ${message}`)
  })

  test('needs columns and options that are such', () => {
    const invalid = expect.objectContaining({ code: 'OPTION_INVALID' })
    for (const columns of [[], ['a', 'a'], [1], { existing: 'replace' }, {}, 'a'])
      expect(() => writeCsv('out', columns as never)).toThrow(invalid)
    for (const options of [{ existing: 'keep' }, { delimiter: 'ab' }, { header: 'yes' }, { quote: '"' }])
      expect(() => writeCsv('out', null, options as never)).toThrow(invalid)
    expect(() => writeCsv('')).toThrow(invalid)
  })
})

describe('what writeNdjson writes', () => {
  test('is what readNdjson reads', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.jsonValue()), async (values) => {
        expect(await through(writeNdjson('out'), readNdjson('out'), values)).toEqual(JSON.parse(JSON.stringify(values)))
      }),
      { numRuns: 300 },
    )
  })

  test('has bigints as strings, dates as their text, and no fields that are undefined', () => {
    expect(jsonLine({ a: [1n], b: undefined, c: new Date(0), d: { e: 2n } })).toBe(
      '{"a":["1"],"c":"1970-01-01T00:00:00.000Z","d":{"e":"2"}}',
    )
  })

  const cyclic: { self?: object } = {}
  cyclic.self = cyclic
  test.each([
    [undefined, 'undefined is not JSON'],
    [() => 1, 'a function is not JSON'],
    [{ a: { b: Symbol('x') } }, "'b': a symbol is not JSON"],
    [{ a: NaN }, "'a': NaN is not JSON"],
    [[undefined], "'0': undefined is not JSON"],
    [{ a: new Map() }, "'a': Map is not JSON"],
    [{ a: Uint8Array.of(1) }, "'a': Uint8Array is not JSON"],
    [cyclic, 'Converting circular structure'],
  ])('is nothing for the record %o, which fails alone', (record, message) => {
    expect(() => writeNdjson('out').format?.(record)).toThrow(`SINK_FAILED: a record cannot be written as JSON: ${message}`)
  })
})

describe('what writeLines writes', () => {
  test('is what readLines reads', async () => {
    const line = fc.string({ unit: 'binary' }).filter((each) => !/[\r\n]/.test(each) && !each.startsWith('\uFEFF'))
    await fc.assert(
      fc.asyncProperty(fc.array(line), async (lines) => {
        expect(await through(writeLines('out'), readLines('out'), lines)).toEqual(lines)
      }),
    )
  })

  test('is nothing for what is no string', () => {
    expect(() => writeLines('out').format?.(7)).toThrow('SINK_FAILED: a record of type number is not a line')
  })
})

test('stdout prints strings as they are and anything else as JSON', async () => {
  const files = new MemoryFiles()
  const sink = stdout()
  const writer = await sink.open(sinkContext(fakeEnv(files)))
  await writer.write(['a', { b: 1n }].map((record) => sink.format!(record)))
  await writer.write([])
  expect(files.printed).toEqual(['a\n{"b":"1"}\n'])
})

test('two ways to write a path are the same target', () => {
  expect(writeLines('./a/../out').target).toBe(writeCsv('out').target)
})
