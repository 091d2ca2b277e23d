import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cellReaderOf } from '../../../lib/connectors/files/cell.ts'
import { parseSchema } from '../../../lib/connectors/files/schema.ts'
import { TextTable } from '../../../lib/connectors/files/text-table.ts'

const texts = new TextTable()

const read = (type: string, text: string): unknown => {
  const bytes = Buffer.from(`9-:${text}9-:`)
  return cellReaderOf(parseSchema(`c ${type}`)[0]!, texts)(bytes, 3, bytes.length - 3, false)
}

test.each([
  ['INT', '7', 7],
  ['INT', '-2147483648', -(2 ** 31)],
  ['INT', '+007', 7],
  ['INT', ' 7 ', 7],
  ['INT', '-0', 0],
  ['BIGINT', '9223372036854775807', 2n ** 63n - 1n],
  ['BIGINT', '-9223372036854775808', -(2n ** 63n)],
  ['BIGINT', '+5', 5n],
  ['DOUBLE', '1.5', 1.5],
  ['DOUBLE', '-.5e3', -500],
  ['DOUBLE', '5.', 5],
  ['DOUBLE', '0.1', 0.1],
  ['DOUBLE', '-0', -0],
  ['DOUBLE', '-Infinity', -Infinity],
  ['DOUBLE', 'NaN', NaN],
  ['DECIMAL', '00012345678901234567890.10', '00012345678901234567890.10'],
  ['DECIMAL(4, 2)', '12.34', '12.34'],
  ['DECIMAL(4)', '1234', '1234'],
  ['BOOLEAN', 'TRUE', true],
  ['BOOLEAN', 'false', false],
  ['BOOLEAN', 'False', false],
  ['DECIMAL(4, 2)', '-0012.34', '-0012.34'],
  ['DECIMAL(2, 2)', '0.12', '0.12'],
  ['STRING', ' é ', ' é '],
  ['TIMESTAMP', '1704067200000', 1704067200000],
  ['TIMESTAMP', '-1', -1],
  ['TIMESTAMP', '2024-01-01', Date.UTC(2024, 0, 1)],
  ['TIMESTAMP', '2024-01-01T12:30', Date.UTC(2024, 0, 1, 12, 30)],
  ['TIMESTAMP', '2024-01-01 12:30:01.5', Date.UTC(2024, 0, 1, 12, 30, 1, 500)],
  ['TIMESTAMP', '2024-01-01T12:30:01.123999Z', Date.UTC(2024, 0, 1, 12, 30, 1, 123)],
  ['TIMESTAMP', '2024-01-01T12:30:00+05:30', Date.UTC(2024, 0, 1, 7)],
  ['TIMESTAMP', '2024-01-01T12:30:00-0330', Date.UTC(2024, 0, 1, 16)],
  ['TIMESTAMP', '2024-01-01T12:30:00+01', Date.UTC(2024, 0, 1, 11, 30)],
  ['DATE', '1969-12-31', -86_400_000],
  ['DATE', '86400000', 86_400_000],
  ['TIME', '23:59:59.999', 86_399_999],
  ['TIME', '01:02', 3_720_000],
  ['TIME', '17', 17],
  ['BYTES', 'AQL/', Uint8Array.of(1, 2, 255)],
  ['BYTES', '', new Uint8Array(0)],
])('a cell of type %s reads %j', (type, text, value) => {
  expect(read(type, text)).toEqual(value)
})

test.each([
  ['INT', ['', ' ', '-', '2147483648', '1.0', '1e3', '0x1', '1 2', '４']],
  ['BIGINT', ['', '9223372036854775808', '1.0', '1n', '9'.repeat(60)]],
  ['DOUBLE', ['', '.', '-', '1e', '1e999', '1,5', '0x10', '1.2.3', 'infinity', '1_000']],
  ['DECIMAL', ['', '-', '.', '.5', '1e3', '1.', '--1', '1.2.3', '1.2x', '1,2']],
  ['DECIMAL(4, 2)', ['123.4', '1.234', '-100', '12.340']],
  ['BOOLEAN', ['', '1', 'yes', 'truef']],
  [
    'TIMESTAMP',
    [
      '',
      '2024-',
      '2024-13-01',
      '2024-02-30',
      '2024-01-01T',
      '2024-01-01T24:00',
      '2024-01-01T12:60',
      '2024-01-01T12:30:60',
      '2024-01-01T12:30Z1',
      '2024-01-01T12:30+1',
      '01/02/2024',
      '99999999999999999',
      '2024-01-01T12:30:00.',
    ],
  ],
  ['DATE', ['', '2023-02-29', '2024-1-1', '86400001', '2024-01-01T00:00']],
  ['TIME', ['', '24:00', '1:00', '12:00:00Z', '86400000', '-1']],
  ['BYTES', ['AQ', 'A===', '****', 'AQL_']],
])('a cell of type %s refuses %j', (type, texts) => {
  for (const text of texts) expect([text, read(type, text)]).toEqual([text, undefined])
})

describe('whatever the value, the cell reads what was written:', () => {
  test('a double', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.double(),
          fc.double({ min: -1e6, max: 1e6 }),
          fc.integer().map((n) => n / 100),
        ),
        (value) => {
          expect(read('DOUBLE', String(value))).toBe(value === 0 ? 0 : value)
        },
      ),
      { numRuns: 3000 },
    )
  })

  test('a double of any digits', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^-?\d{1,17}(\.\d{1,17})?$/), (text) => {
        expect(read('DOUBLE', text)).toBe(Number(text))
      }),
      { numRuns: 3000 },
    )
  })

  test('a day of any year, a time of any day', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('0000-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true }),
        (at) => {
          const text = at.toISOString()
          expect(read('TIMESTAMP', text)).toBe(at.getTime())
          expect(read('DATE', text.slice(0, 10))).toBe(Date.parse(text.slice(0, 10)))
          expect(read('TIME', text.slice(11, 23))).toBe(((at.getTime() % 86_400_000) + 86_400_000) % 86_400_000)
        },
      ),
      { numRuns: 2000 },
    )
  })
})
