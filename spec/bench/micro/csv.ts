/** Reading CSV: bytes to records, from a file in memory. */
import { readCsv } from 'millrace/files'
import type { SourceConnector } from 'millrace'
import { fakeEnv, sourceContext } from '../../connectors/fake-env.ts'
import { MemoryFiles } from '../../connectors/memory-files.ts'
import { mix, timeAt } from '../generator.ts'
import type { Case } from '../micro.ts'

const rows = 200_000
const path = '/run/rows.csv'

const read = (name: string, header: string, row: (n: number) => string, connector: SourceConnector<unknown>): Case => {
  const text = `${header}\n${Array.from({ length: rows }, (_, n) => row(n)).join('\n')}\n`
  const files = new MemoryFiles()
  files.put(path, text)
  return {
    name,
    count: rows,
    prepare: () => async () => {
      const context = sourceContext(fakeEnv(files))
      const [split] = await connector.splits(context)
      const reader = await connector.open(split!, null, context)
      let read = 0
      for (let isDone = false; !isDone; ) {
        const given = reader.poll(1_024)
        const batch = given instanceof Promise ? await given : given
        for (const raw of batch.records) if (connector.admit!(raw) !== null) read++
        isDone = batch.done === true
      }
      if (read !== rows) throw new Error(`${read} rows of ${rows}`)
      return text.length
    },
  }
}

const word = (n: number): string => `w${mix(n) % 5_000}`
const cell = (n: number): string => (n % 4 === 0 ? `"${word(n)}, said ""${word(n)}"""` : word(n))

export const cases: readonly (() => Case)[] = [
  () =>
    read(
      'id, word, time',
      'id,value,at',
      (n) => `${mix(n) % 100},${word(n)},${timeAt(n, 500)}`,
      readCsv(path, 'id INT NOT NULL, value STRING NOT NULL, at TIMESTAMP NOT NULL'),
    ),
  () =>
    read(
      'quoted cells, fractions, dates',
      'text,share,at',
      (n) => `${cell(n)},${(mix(n) % 1e6) / 997},${new Date(timeAt(n, 500)).toISOString()}`,
      readCsv(path, 'text STRING, share DOUBLE, at TIMESTAMP'),
    ),
]
