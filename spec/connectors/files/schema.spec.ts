import { expect, expectTypeOf, test } from 'vitest'
import { readCsv } from '../../../lib/connectors/files/read-csv.ts'
import type { RowOf } from '../../../lib/connectors/files/row-of.ts'
import { parseSchema } from '../../../lib/connectors/files/schema.ts'
import type { SourceConnector } from '../../../lib/api/connector.ts'

test('a schema text names columns, types, and which cells are never null', () => {
  expect(parseSchema('\n  id int not null,\n  price DECIMAL(10, 2) NOT  NULL,\tnote String')).toEqual([
    { name: 'id', type: 'INT', nullable: false, digits: null },
    { name: 'price', type: 'DECIMAL', nullable: false, digits: { precision: 10, scale: 2 } },
    { name: 'note', type: 'STRING', nullable: true, digits: null },
  ])
})

test.each([
  ['id INTT', "column 'id' has the unknown type 'INTT'"],
  ['', "'' is not a column"],
  ['id INT,', "'' is not a column"],
  ['id', "'id' is not a column"],
  ['id INT NULL', "'id INT NULL' is not a column"],
  ['id INT, id STRING', "column 'id' stands there twice"],
  ['id INT(3)', "column 'id': INT takes no digits in parentheses"],
  ['id DECIMAL(2, 3)', "column 'id': DECIMAL(2, 3) has room for no number"],
  ['__proto__ INT', "a column cannot be called '__proto__'"],
])('the schema %j is refused, naming the types there are', (text, message) => {
  expect(() => parseSchema(text)).toThrow(`SCHEMA_INVALID: ${message}`)
  expect(() => parseSchema(text)).toThrow('INT, BIGINT, DOUBLE, DECIMAL, BOOLEAN, STRING, TIMESTAMP, DATE, TIME, BYTES')
})

test('the compiler reads the same text', () => {
  expectTypeOf<RowOf<'id INT, value STRING NOT NULL, at TIMESTAMP NOT NULL'>>().toEqualTypeOf<{
    id: number | null
    value: string
    at: number
  }>()
  expectTypeOf<RowOf<'a BIGINT, b DECIMAL(10, 2) NOT NULL, c decimal( 3,1 ), d BYTES'>>().toEqualTypeOf<{
    a: bigint | null
    b: string
    c: string | null
    d: Uint8Array | null
  }>()
  expectTypeOf(readCsv('in.csv', ' id  int not null,\n d DATE ')).toExtend<SourceConnector<{ id: number; d: number | null }>>()
  // @ts-expect-error a type that does not exist
  expect(() => readCsv('in.csv', 'id INTT')).toThrow('SCHEMA_INVALID')
  // @ts-expect-error a column without a type
  expect(() => readCsv('in.csv', 'id INT, value')).toThrow('SCHEMA_INVALID')
  // @ts-expect-error digits where there are none
  expect(() => readCsv('in.csv', 'id INT(3)')).toThrow('SCHEMA_INVALID')
})
