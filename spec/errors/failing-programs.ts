/** For each code the smallest programs that give it, and what their messages must say. */
import { readFile, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { discard, eventTime, from, fromArray, keyBy, map, offload, oneForOne, parameter, run, scan, sink, source, topology, tumbling, window, aggregate, count } from 'millrace'
import type { DeadLetter, ErrorCode, Flow, RunOptions, SinkConnector, SourceConnector } from 'millrace'
import { fileStore, readCsv, readLines, writeLines } from 'millrace/files'
import { loadTopology } from '../../lib/cli/load-topology.ts'
import counted from '../topologies/counted.ts'
import different from '../topologies/different.ts'
import ending from '../topologies/ending.ts'

/** What somebody sees of a failure: an error thrown, or that of a dead letter. */
export interface Seen {
  readonly code: string
  readonly message: string
}

export interface FailingProgram {
  readonly code: ErrorCode
  readonly when: string
  /** Runs it in an empty folder of its own. */
  readonly run: (folder: string) => Promise<Seen | undefined>
  /** File and line, id of the stage, file of the data, or number of the record. */
  readonly place: RegExp
  readonly next: RegExp
}

const here = /\(at failing-programs\.ts:\d+\)/
const atStage = (id: string): RegExp => new RegExp(`\\(in '${id}' at failing-programs\\.ts:\\d+`)
const atRecord = (id: string, record: string): RegExp => new RegExp(`\\(in '${id}' at failing-programs\\.ts:\\d+, record ${record}\\)`)

const numbers = () => source('numbers', fromArray([1, 2, 3]))
const out = () => sink('out', discard())
const sums = () => scan((sum: number, n: number) => sum + n, 0, { id: 'sums' })
/** For what types forbid. */
const anything = (value: unknown): never => value as never

const thrownBy = async (work: () => unknown): Promise<Seen | undefined> => {
  try {
    await work()
    return undefined
  } catch (error) {
    return error as Seen
  }
}
const failureOf = (flow: Flow, options: RunOptions = {}): Promise<Seen | undefined> =>
  thrownBy(async () => (await run(topology(null, 'job', flow), options)).completed)
const deadLetterOf = async (flow: Flow): Promise<Seen | undefined> => {
  const job = await run(topology(null, 'job', flow))
  await job.completed
  const [letter] = job.deadLetters() as readonly (DeadLetter | undefined)[]
  return letter?.error
}
const kept = (folder: string): RunOptions => ({ checkpoints: { every: 10_000, to: fileStore(join(folder, 'kept')) } })

const throwing = (): never => {
  throw new Error('no such luck')
}
const endless: SourceConnector<number, number> = { splits: () => [{ id: 'all' }], open: () => ({ poll: throwing, close: () => undefined }) }
const unopened: SinkConnector<unknown> = { open: throwing }
const unwritable: SinkConnector<unknown> = { open: () => ({ write: throwing, close: () => undefined }) }

export const failingPrograms: readonly FailingProgram[] = [
  {
    code: 'TOPOLOGY_INVALID',
    when: 'a window stands in front of keyBy',
    run: () => thrownBy(() => from(numbers()).pipe(anything(window(tumbling(10))))),
    place: here,
    next: /^Call keyBy\(…\) right before window\.$/,
  },
  {
    code: 'TOPOLOGY_INVALID',
    when: 'a stream ends in no sink',
    run: () => thrownBy(() => topology(null, 'job', anything(from(numbers())))),
    place: here,
    next: /^End each stream with \.to\(sink\)\.$/,
  },
  {
    code: 'TOPOLOGY_INVALID',
    when: 'something else than a stage stands in pipe',
    run: () => thrownBy(() => from(numbers()).pipe(anything(undefined))),
    place: here,
    next: /^Pass what a stage returns/,
  },
  {
    code: 'TOPOLOGY_HAS_NO_MODULE',
    when: 'a module exports no topology',
    run: async (folder) => {
      await writeFile(join(folder, 'shop.mjs'), 'export const orders = []\n')
      return thrownBy(() => loadTopology(join(folder, 'shop.mjs')))
    },
    place: /shop\.mjs exports no topology/,
    next: /^Export it: export default topology\(/,
  },
  {
    code: 'ID_MISSING',
    when: 'a stage with state has no id and there are checkpoints',
    run: (folder) => failureOf(from(numbers()).pipe(keyBy((n) => n), scan((sum: number, n: number) => sum + n, 0, anything({}))).to(out()), kept(folder)),
    place: here,
    next: /^Give the stage an id/,
  },
  {
    code: 'ID_DUPLICATE',
    when: 'two stages share an id',
    run: () => failureOf(from(numbers()).pipe(map((n) => n, { id: 'same' }), map((n) => n, { id: 'same' })).to(out())),
    place: here,
    next: /^Rename one of them\.$/,
  },
  {
    code: 'KEY_NOT_HASHABLE',
    when: 'a key is NaN',
    run: () => deadLetterOf(from(numbers()).pipe(keyBy((n) => (n === 2 ? NaN : n), { id: 'by' }), sums()).to(out())),
    place: atRecord('by', "2 of 'numbers/0-of-1'"),
    next: /^Return such a value from keyBy\.$/,
  },
  {
    code: 'TIMESTAMP_INVALID',
    when: 'a record has no time',
    run: () => deadLetterOf(from(numbers()).pipe(eventTime((n) => (n === 3 ? NaN : n), { id: 'time' })).to(out())),
    place: atRecord('time', "3 of 'numbers/0-of-1'"),
    next: /^Return epoch milliseconds from eventTime/,
  },
  {
    code: 'ROW_INVALID',
    when: 'a row does not fit its schema and the job is to fail',
    run: async (folder) => {
      const path = join(folder, 'orders.csv')
      await writeFile(path, 'shop,price\nnorth,2\nsouth,cheap\n')
      return failureOf(from(source('orders', readCsv(path, 'shop STRING, price INT', { onBadRow: 'fail' }))).to(out()))
    },
    place: /orders\.csv:3:7: column 'price'.*\(in 'orders' at failing-programs\.ts:\d+, record 2 of '.*orders\.csv'\)/,
    next: /^Correct the row or the schema/,
  },
  {
    code: 'ROW_INVALID',
    when: 'a row does not fit its schema and the job goes on',
    run: async (folder) => {
      const path = join(folder, 'orders.csv')
      await writeFile(path, 'shop,price\nnorth,2\nsouth,cheap\n')
      return deadLetterOf(from(source('orders', readCsv(path, 'shop STRING, price INT'))).to(out()))
    },
    place: /orders\.csv:3:7: column 'price'.*\(in 'orders' at failing-programs\.ts:\d+, record 2 of '.*orders\.csv'\)/,
    next: /^Correct the row or the schema/,
  },
  {
    code: 'LATE_RECORD',
    when: 'a record comes after its window',
    run: () =>
      deadLetterOf(
        from(source('numbers', fromArray([1, 100, 2])))
          .pipe(eventTime((n) => n), keyBy(() => 'all'), window(tumbling(10)), aggregate(count(), { id: 'count' }))
          .to(out()),
      ),
    place: atStage('count'),
    next: /^Raise outOfOrderness or allowedLateness, or wire lateTo\.$/,
  },
  {
    code: 'SCHEMA_INVALID',
    when: 'a schema has a type that there is not',
    run: () => thrownBy(() => readCsv('orders.csv', anything('shop STRIN'))),
    place: here,
    next: /^Write 'name TYPE \[NOT NULL\], …'; the types are INT, /,
  },
  {
    code: 'VALUE_NOT_TRANSFERABLE',
    when: 'the state of a stage becomes a class instance',
    run: () => deadLetterOf(from(numbers()).pipe(keyBy((n) => n), scan((page: object) => page, () => new URL('https://example.com'), { id: 'pages' })).to(out())),
    place: atStage('pages'),
    next: /^Keep plain data in records and state\.$/,
  },
  {
    code: 'VALUE_NOT_TRANSFERABLE',
    when: 'a checkpoint finds a class instance in the state of a pure stage',
    run: (folder) =>
      failureOf(from(numbers()).pipe(keyBy((n) => n), scan((page: object) => page, () => new URL('https://example.com'), { id: 'pages', pure: true })).to(out()), kept(folder)),
    place: atStage('pages'),
    next: /^Keep plain data in records and state\.$/,
  },
  {
    code: 'VALUE_NOT_TRANSFERABLE',
    when: 'the seed of scan is a class instance',
    run: () => thrownBy(() => from(numbers()).pipe(keyBy((n) => n), scan((all: object) => all, anything(new URL('https://example.com')), { id: 'pages' }))),
    place: atStage('pages'),
    next: /^Keep plain data in records and state\.$/,
  },
  {
    code: 'VALUE_NOT_TRANSFERABLE',
    when: 'an offloaded function is to be called with a function',
    run: () => deadLetterOf(from(numbers()).pipe(map((n) => ({ n, parse: Number })), offload(new URL('../topologies/scores.ts', import.meta.url), 'score', { id: 'score' })).to(out())),
    place: /\.parse of the value is a function \(in 'score' at failing-programs\.ts:\d+/,
    next: /^Keep plain data in records and state\.$/,
  },
  {
    code: 'SOURCE_FAILED',
    when: 'a file is not there',
    run: (folder) => failureOf(from(source('lines', readLines(join(folder, 'lines.txt')))).to(out())),
    place: /lines\.txt does not exist \(in 'lines' at failing-programs\.ts:\d+\)/,
    next: /^Check the path; it is relative to the working directory\.$/,
  },
  {
    code: 'SOURCE_FAILED',
    when: 'the splits of a source cannot be had',
    run: () => failureOf(from(source('orders', { ...endless, splits: throwing })).to(out())),
    place: atStage('orders'),
    next: /^See the cause/,
  },
  {
    code: 'SINK_FAILED',
    when: 'a sink cannot be opened',
    run: () => failureOf(from(numbers()).to(sink('out', unopened))),
    place: atStage('out'),
    next: /^See the cause/,
  },
  {
    code: 'SINK_NOT_EMPTY',
    when: 'the file of a sink has content already',
    run: async (folder) => {
      const path = join(folder, 'out.txt')
      await writeFile(path, 'from yesterday\n')
      return failureOf(from(numbers()).pipe(map(String)).to(sink('out', writeLines(path))), kept(folder))
    },
    place: /out\.txt has content.*\(in 'out' at failing-programs\.ts:\d+\)/,
    next: /existing: 'replace'/,
  },
  {
    code: 'OPERATOR_FAILED',
    when: 'a function throws and its supervisor gives up',
    run: () => failureOf(from(numbers()).pipe(map((n) => (n === 2 ? throwing() : n), { id: 'picky' })).to(out()), { supervision: oneForOne({ decide: () => 'escalate' }) }),
    place: atRecord('picky', "2 of 'numbers/0-of-1'"),
    next: /^See the cause/,
  },
  {
    code: 'OPERATOR_FAILED',
    when: 'a job is cancelled',
    run: () =>
      thrownBy(async () => {
        const job = await run(topology(null, 'job', from(numbers()).to(out())))
        await job.cancel()
        return job.completed
      }),
    place: /the job 'job' was cancelled/,
    next: /^Run it again/,
  },
  {
    code: 'RESTARTS_EXHAUSTED',
    when: 'a sink fails more often than is allowed',
    run: () => failureOf(from(numbers()).to(sink('out', unwritable)), { supervision: oneForOne({ intensity: 0 }) }),
    place: atStage('out'),
    next: /^Mend the cause, or raise intensity\.$/,
  },
  {
    code: 'NO_SNAPSHOT',
    when: 'a source that cannot be read again fails without checkpoints',
    run: () => failureOf(from(source('orders', endless)).to(out())),
    place: atStage('orders'),
    next: /switch checkpoints on: .* --checkpoints DIR/,
  },
  {
    code: 'NO_SNAPSHOT',
    when: 'a job without checkpoints is asked for one',
    run: () => thrownBy(async () => (await run(topology(null, 'job', from(numbers()).to(out())))).checkpoint()),
    place: /the job 'job' runs without checkpoints/,
    next: /^Run it with checkpoints: /,
  },
  {
    code: 'NO_SNAPSHOT',
    when: 'the checkpoint to begin from is none',
    run: (folder) => failureOf(from(numbers()).to(out()), { ...kept(folder), restore: join(folder, 'nothing') }),
    place: /nothing holds no checkpoint/,
    next: /^Pass the folder of a checkpoint, such as /,
  },
  {
    code: 'CHECKPOINT_FAILED',
    when: 'the folder of checkpoints is a file',
    run: async (folder) => {
      await writeFile(join(folder, 'kept'), '')
      return failureOf(from(numbers()).to(out()), kept(folder))
    },
    place: /kept\/job cannot be used/,
    next: /\S/,
  },
  {
    code: 'SNAPSHOT_CORRUPT',
    when: 'the only checkpoint is damaged',
    run: async (folder) => {
      const flow = (): Flow => from(numbers()).pipe(keyBy((n) => n), sums()).to(out())
      await failureOf(flow(), kept(folder))
      for (const checkpoint of await readdir(join(folder, 'kept/job')))
        for (const file of await readdir(join(folder, 'kept/job', checkpoint)).catch(() => [])) {
          const path = join(folder, 'kept/job', checkpoint, file)
          const bytes = await readFile(path)
          await writeFile(path, bytes.fill(0, bytes.length >> 1))
        }
      return failureOf(flow(), kept(folder))
    },
    place: /kept\/job has no good checkpoint/,
    next: /^Pass an older checkpoint by its path, or start anew/,
  },
  {
    code: 'SNAPSHOT_INCOMPATIBLE',
    when: 'a stage has got another id',
    run: async (folder) => {
      await failureOf(from(numbers()).pipe(keyBy((n) => n), sums()).to(out()), kept(folder))
      return failureOf(from(numbers()).pipe(keyBy((n) => n), scan((sum: number, n: number) => sum + n, 0, { id: 'totals' })).to(out()), kept(folder))
    },
    place: /'totals' \(scan at failing-programs\.ts:\d+\) is in the topology/,
    next: /^Give 'totals' its former id 'sums', or start anew/,
  },
  {
    code: 'STORE_LOCKED',
    when: 'the job runs already on that folder',
    run: async (folder) => {
      const first = await run(topology(null, 'job', from(source('slow', { ...endless, open: () => ({ poll: () => ({ records: [], position: 0 }), close: () => undefined }) })).to(out())), kept(folder))
      const refused = await failureOf(from(numbers()).to(out()), kept(folder))
      await first.stop()
      return refused
    },
    place: /kept\/job is in use by pid \d+, host /,
    next: /^Stop that process first/,
  },
  {
    code: 'TOPOLOGY_MISMATCH',
    when: 'a thread builds another topology from the module',
    run: () => thrownBy(() => run(different, { slots: 1 })),
    place: /slot 1 built another plan from the module: 'here' here is 'there' there/,
    next: /^The module must build the same topology/,
  },
  {
    code: 'SLOT_LOST',
    when: 'a thread ends by itself',
    run: async () => thrownBy(async () => (await run(ending, { slots: 1 })).completed),
    place: /the thread of slot 1 ended: /,
    next: /\w/,
  },
  {
    code: 'TOPOLOGY_HAS_NO_MODULE',
    when: 'threads are asked for, and no module has the topology',
    run: () => failureOf(from(numbers()).to(out()), { slots: 2 }),
    place: /'job' was made inside a function or a test/,
    next: /^Export it from a module/,
  },
  {
    code: 'OPTION_INVALID',
    when: 'a decide is given to run that no thread can be given',
    run: () => thrownBy(() => run(counted, { slots: 1, supervision: oneForOne({ decide: () => 'resume' }) })),
    place: /a decide given to run cannot reach the slots/,
    next: /^Give it to the stages/,
  },
  {
    code: 'OPTION_INVALID',
    when: 'the module of offload is not there',
    run: () => failureOf(from(numbers()).pipe(offload(new URL('./nowhere.ts', import.meta.url), 'score', { id: 'score' })).to(out())),
    place: /there is no module file:.*nowhere\.ts, which is to export 'score' \(in 'score' at failing-programs\.ts:\d+\)/,
    next: /^Give its place as new URL/,
  },
  {
    code: 'OPTION_INVALID',
    when: 'the module of offload has no such function',
    run: () => failureOf(from(numbers()).pipe(offload(new URL('../topologies/scores.ts', import.meta.url), 'scoer', { id: 'score' })).to(out())),
    place: /scores\.ts exports no 'scoer' \(in 'score' at failing-programs\.ts:\d+/,
    next: /^Its functions are: score\.$/,
  },
  {
    code: 'OPTION_INVALID',
    when: 'an option is misspelt',
    run: () => thrownBy(() => readCsv('orders.csv', 'shop STRING', anything({ delimeter: ';' }))),
    place: /no option 'delimeter' in this version; did you mean 'delimiter'\? \(at failing-programs\.ts:\d+\)/,
    next: /^Options of readCsv: /,
  },
  {
    code: 'OPTION_INVALID',
    when: 'an option of run is misspelt',
    run: () => failureOf(from(numbers()).to(out()), anything({ paralelism: 2 })),
    place: /run has no option 'paralelism'; did you mean 'parallelism'\?/,
    next: /^Known: slots, parallelism, /,
  },
  {
    code: 'OPTION_INVALID',
    when: 'a parameter is missing',
    run: () => failureOf(from(source('lines', readLines(parameter('lines-of-failing-program', 'STRING')))).to(out())),
    place: /'lines-of-failing-program' \(STRING\) is missing \(at failing-programs\.ts:\d+\)/,
    next: /-p name=value\.$/,
  },
]

/** Codes that nothing in this version can give, and why. */
export const unreachable: Readonly<Partial<Record<ErrorCode, string>>> = {
  OVERFLOW: 'there are no push sources; every source is pulled',
}
