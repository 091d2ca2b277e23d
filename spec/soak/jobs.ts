/** Endless jobs at full speed, whose state stays as large as it is after the first minute. */
import { aggregate, count, eventTime, filter, from, generate, keyBy, map, session, sink, source, sum, topology, tumbling, window } from 'millrace'
import type { SinkConnector, Topology } from 'millrace'
import { change, isKept, recordAt } from '../bench/generator.ts'

type Build = (totals: SinkConnector<unknown>) => Topology

const windows: Build = (totals) =>
  topology(
    null,
    'windows',
    from(source('generated', generate((index) => recordAt(index, 1_000, 500))))
      .pipe(
        eventTime((record) => record.time, { outOfOrderness: 499 }),
        map(change),
        filter(isKept),
        keyBy((record) => record.key),
        window(tumbling(10_000)),
        aggregate({ n: count(), total: sum((record) => record.value) }, { id: 'per-window' }),
      )
      .to(sink('totals', totals)),
  )

const running: Build = (totals) =>
  topology(
    null,
    'running',
    from(source('generated', generate((index) => recordAt(index, 100_000, 1))))
      .pipe(
        keyBy((record) => record.key),
        aggregate({ n: count(), total: sum((record) => record.value) }, { id: 'running' }),
      )
      .to(sink('totals', totals)),
  )

/** Keys that never come again, as of visitors: each is forgotten when its session has ended. */
const sessions: Build = (totals) =>
  topology(
    null,
    'sessions',
    from(source('generated', generate((index) => ({ ...recordAt(index, 1_000, 500), visitor: `visitor-${Math.floor(index / 32)}` }))))
      .pipe(
        eventTime((record) => record.time, { outOfOrderness: 499 }),
        keyBy((record) => record.visitor),
        window(session(1_000)),
        aggregate({ n: count(), total: sum((record) => record.value) }, { id: 'per-session' }),
      )
      .to(sink('totals', totals)),
  )

export const jobs: Readonly<Record<string, Build>> = { windows, running, sessions }
