/** Endless jobs at full speed, whose state stays as large as it is after the first minute: `?job=windows&parallelism=2`, the instances of the sink. */
import { aggregate, count, eventTime, filter, from, generate, keyBy, map, session, sink, source, sum, topology, tumbling, window } from 'millrace'
import type { Flow, SinkConnector } from 'millrace'
import { change, isKept, recordAt } from '../bench/generator.ts'
import { asked } from '../bench/topologies/variant.ts'
import type { JobName } from './job-names.ts'
import { answerAs } from './thread-memory.ts'

/** Takes part in checkpoints and keeps nothing; says how much memory its thread has. */
const forgetful: SinkConnector<unknown, number> = {
  name: 'totals',
  open: ({ instance }) => {
    const stopAnswering = answerAs(`slot ${instance + 1}`)
    let outputs = 0
    return {
      write: (records: readonly unknown[]) => void (outputs += records.length),
      prepare: () => outputs,
      commit: () => undefined,
      close: stopAnswering,
    }
  },
}

const totals = sink('totals', forgetful, { parallelism: Number(asked(import.meta, 'parallelism')) })

const windows = (): Flow =>
  from(source('generated', generate((index) => recordAt(index, 1_000, 500))))
    .pipe(
      eventTime((record) => record.time, { outOfOrderness: 499 }),
      map(change),
      filter(isKept),
      keyBy((record) => record.key),
      window(tumbling(10_000)),
      aggregate({ n: count(), total: sum((record) => record.value) }, { id: 'per-window' }),
    )
    .to(totals)

const running = (): Flow =>
  from(source('generated', generate((index) => recordAt(index, 100_000, 1))))
    .pipe(
      keyBy((record) => record.key),
      aggregate({ n: count(), total: sum((record) => record.value) }, { id: 'running' }),
    )
    .to(totals)

/** Keys that never come again, as of visitors: each is forgotten when its session has ended. */
const sessions = (): Flow =>
  from(source('generated', generate((index) => ({ ...recordAt(index, 1_000, 500), visitor: `visitor-${Math.floor(index / 32)}` }))))
    .pipe(
      eventTime((record) => record.time, { outOfOrderness: 499 }),
      keyBy((record) => record.visitor),
      window(session(1_000)),
      aggregate({ n: count(), total: sum((record) => record.value) }, { id: 'per-session' }),
    )
    .to(totals)

const job = asked(import.meta, 'job') as JobName

export default topology(import.meta, job, { windows, running, sessions }[job]())
