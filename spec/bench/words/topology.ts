/** W4 as a user of Millrace writes it: the introduction, from a CSV file to a CSV file. */
import { aggregate, eventTime, flatMap, from, keyBy, map, parameter, reduce, seconds, sink, source, sum, topology, tumbling, window } from 'millrace'
import { readCsv, writeCsv } from 'millrace/files'

const input = source('words', readCsv(parameter('input', 'STRING'), 'id INT NOT NULL, value STRING NOT NULL, at TIMESTAMP NOT NULL'))
const output = sink(
  'counts',
  writeCsv<{ word: string; start: number; count: number }>(parameter('output', 'STRING'), ['word', 'start', 'count'], { header: false }),
)

export default topology(
  import.meta,
  'words',
  from(input)
    .pipe(
      eventTime((row) => row.at, { outOfOrderness: 499 }),
      map((row) => ({ ...row, value: row.value.toUpperCase() })),
      keyBy((row) => row.id),
      window(tumbling(seconds(10))),
      reduce((a, b) => ({ ...a, value: `${a.value},${b.value}` }), { id: 'joined-per-id' }),
      flatMap((joined) => joined.value.value.split(',')),
      map((word) => ({ word, n: 1 })),
      keyBy((one) => one.word),
      window(tumbling(seconds(10))),
      aggregate(
        sum((one) => one.n),
        { id: 'count-per-word' },
      ),
      map((counted) => ({ word: counted.key, start: counted.window.start, count: counted.value })),
    )
    .to(output),
)
