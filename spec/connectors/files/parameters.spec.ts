import { expect, test } from 'vitest'
import { checkParameters, enterParameters, parameter } from '../../../lib/api/parameter.ts'
import { readCsv } from '../../../lib/connectors/files/read-csv.ts'
import { writeCsv } from '../../../lib/connectors/files/write-csv.ts'
import { generate } from '../../../lib/connectors/memory/generate.ts'
import { drain, fakeEnv, sinkContext, sourceContext } from '../fake-env.ts'
import { MemoryFiles } from '../memory-files.ts'

/** As a run does: parameters have values up to the first wait of a call. */
const within = <T>(given: Record<string, unknown>, connector: object, call: () => T): T => {
  const before = enterParameters(checkParameters(given, [connector]))
  try {
    return call()
  } finally {
    enterParameters(before)
  }
}

test('paths, delimiters, counts and rates may be parameters, checked before anything opens', async () => {
  const files = new MemoryFiles()
  const env = fakeEnv(files)
  const context = sourceContext(env)
  files.put('in.csv', 'x;y\n1;2\n')
  const [input, delimiter] = [parameter('connectors-in', 'STRING'), parameter('connectors-delimiter', 'STRING')]
  const [count, output] = [parameter('connectors-count', 'INT'), parameter('connectors-out', 'STRING')]
  const given = { 'connectors-in': 'in.csv', 'connectors-delimiter': ';', 'connectors-count': 3, 'connectors-out': 'out.csv' }

  const rows = readCsv(input, 'x INT, y INT', { delimiter })
  const [split] = await within(given, rows, () => rows.splits(context))
  const reader = await within(given, rows, () => rows.open(split!, null, context))
  expect((await drain(reader)).records).toEqual([{ x: 1, y: 2 }])

  const numbers = generate((i) => i, { count })
  const counted = await within(given, numbers, () => numbers.open({ id: '0-of-1' }, null, context))
  expect((await drain(counted)).records).toEqual([0, 1, 2])

  const sink = writeCsv(output, ['x'])
  const writer = await within(given, sink, () => sink.open(sinkContext(env, { checkpoints: false })))
  await writer.commit!(await writer.prepare!(1))
  expect(files.text('out.csv')).toBe('x\n')

  expect(() => checkParameters({ ...given, 'connectors-count': 'x' }, [numbers])).toThrow("OPTION_INVALID: 'connectors-count' must be INT")
  expect(() => within({ ...given, 'connectors-count': -3 }, numbers, () => numbers.open({ id: '0-of-1' }, null, context))).toThrow(
    'count of generate must be',
  )
})
