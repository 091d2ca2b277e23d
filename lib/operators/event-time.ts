/**
 * `eventTime`: says when each record happened, and how far time has come.
 *
 * The watermark is the least, over the splits that are neither ended nor idle, of (largest time seen − outOfOrderness − 1).
 * It is announced where it grows, after the record that made it grow. `advance(NaN)` announces that no split holds time back;
 * announcing again what was announced before says that one does again.
 */
import { callSite } from '../api/call-site.ts'
import { checkFunction, invalid, shown } from '../api/option-checks.ts'
import type { StageOptions } from '../api/stage-options.ts'
import { dataStream, stageNode } from '../api/stream.ts'
import type { AnyStream, DataStream, Stage } from '../api/stream.ts'
import { MillraceError } from '../errors.ts'
import { SplitWatermarks } from '../time/split-watermarks.ts'
import type { SplitTime } from '../time/split-watermarks.ts'
import { checkedOptions } from './checked-options.ts'
import type { OperatorContext, RestoreScope, RowOperator } from './operator.ts'
import { recordsOf } from './stage-input.ts'

export interface EventTimeOptions extends StageOptions {
  /** How far behind the latest a record may come, milliseconds; 0 unless given. */
  readonly outOfOrderness?: number
  /** A split without records for that long no longer holds the watermark back, milliseconds; never unless given. */
  readonly idleAfter?: number
  /** Assigns times and leaves watermarks as they are. */
  readonly timestampsOnly?: boolean
}

/**
 * Assigns each record the time `at` returns, epoch milliseconds, and makes watermarks from those times.
 * A time that is not a finite number fails the record with TIMESTAMP_INVALID.
 *
 * @example from(readings).pipe(eventTime((r) => r.takenAt, { outOfOrderness: seconds(5), idleAfter: seconds(30) }))
 * @throws OPTION_INVALID for an option that is not known or not fit
 */
export const eventTime = <T>(at: (record: T) => number, options?: EventTimeOptions): Stage<AnyStream<T>, DataStream<T>> => {
  const site = callSite()
  checkFunction('the first argument of eventTime', at, site)
  const checked: EventTimeOptions = checkedOptions('eventTime', options, site, ['outOfOrderness', 'idleAfter', 'timestampsOnly'])
  const { outOfOrderness = 0, idleAfter, timestampsOnly = false, ...stageOptions } = checked
  if (!(Number.isFinite(outOfOrderness) && outOfOrderness >= 0))
    throw invalid(`outOfOrderness must be milliseconds, at least 0, not ${shown(outOfOrderness)}`, site)
  if (idleAfter !== undefined && !(Number.isFinite(idleAfter) && idleAfter > 0))
    throw invalid(`idleAfter must be milliseconds above 0, not ${shown(idleAfter)}`, site)
  if (typeof timestampsOnly !== 'boolean') throw invalid(`timestampsOnly must be true or false, not ${shown(timestampsOnly)}`, site)
  const selector = at as (record: unknown) => unknown
  return (input) => {
    const { node } = recordsOf(input, 'eventTime', site)
    const create = (): RowOperator =>
      timestampsOnly ? { shape: 'one', apply: stamp(selector) } : watermarkOperator(stamp(selector), outOfOrderness, idleAfter ?? null)
    return dataStream(
      stageNode(node, site, {
        kind: 'eventTime',
        options: stageOptions,
        params: { at, outOfOrderness, idleAfter: idleAfter ?? null, timestampsOnly },
        state: timestampsOnly ? null : 'split',
        schema: timestampsOnly ? '' : 'eventTime v1',
        create,
      }),
    )
  }
}

/** Puts the record's time into the context. */
const stamp =
  (at: (record: unknown) => unknown): RowOperator['apply'] =>
  (record, context) => {
    const time = at(record)
    if (typeof time !== 'number' || !Number.isFinite(time))
      throw new MillraceError('TIMESTAMP_INVALID', `the time of a record is ${shown(time)}, not a finite number of epoch milliseconds`)
    context.time = time
    return record
  }

const watermarkOperator = (assign: RowOperator['apply'], outOfOrderness: number, idleAfter: number | null): RowOperator => {
  const splits = new SplitWatermarks()
  /** Of the last record: most records come from the split of the one before. */
  let current: SplitTime | undefined
  /** The last watermark announced. */
  let announced = -Infinity
  /** Whether NaN was announced after it. */
  let quiet = false
  let armed = false
  /** Stored times of splits that have not been named yet. */
  let stored = new Map<string, number>()
  let resumed = false

  const announce = (context: OperatorContext): void => {
    const { least } = splits
    if (Number.isNaN(least)) {
      if (!quiet) context.advance(NaN)
      quiet = true
      return
    }
    const watermark = least - outOfOrderness - 1
    if (!(watermark > announced || quiet)) return
    if (watermark > announced) announced = watermark
    quiet = false
    context.advance(announced)
  }

  const arm = (context: OperatorContext, wait: number): void => {
    armed = wait < Infinity
    if (armed) context.wakeAt(context.now() + wait)
  }

  const open = (origin: string, context: OperatorContext): SplitTime => {
    const latest = stored.get(origin) ?? -Infinity
    stored.delete(origin)
    return splits.open(origin, latest, idleAfter === null ? 0 : context.activeNow())
  }

  return {
    shape: 'one',
    makesWatermarks: true,
    apply: (record, context) => {
      assign(record, context)
      const { origin } = context
      if (current?.origin !== origin) current = splits.find(origin) ?? open(origin, context)
      splits.seen(current, context.time)
      if (idleAfter !== null) {
        current.activeAt = context.activeNow()
        if (!armed) arm(context, idleAfter)
      }
      announce(context)
      return record
    },
    onSplits: (origins, context) => {
      for (const origin of origins) if (splits.find(origin) === undefined) open(origin, context)
      if (resumed && splits.size > 0) {
        // Later stages had heard of this watermark; they must not judge the next record without it.
        resumed = false
        if (announced > -Infinity || quiet) context.advance(announced)
        quiet = false
      } else if (splits.size === 0 || quiet) announce(context)
      if (idleAfter !== null && splits.size > 0 && !armed) arm(context, idleAfter)
    },
    onSplitEnd: (origin, context) => {
      if (current?.origin === origin) current = undefined
      splits.close(origin)
      // All splits are known from the start, so this was the last record of all.
      if (splits.size === 0) context.advance(Infinity)
      else announce(context)
    },
    onClock: (_now, context) => {
      if (idleAfter === null) return null
      const wait = splits.findIdle(context.activeNow(), idleAfter)
      announce(context)
      arm(context, wait)
      return null
    },
    snapshot: (writer) => {
      writer.f64(announced)
      writer.varint(splits.size)
      for (const { origin, latest } of splits.splits()) {
        writer.string(origin)
        writer.f64(latest)
      }
    },
    restore: (scope) => {
      const state = readState(scope)
      announced = state.announced
      stored = state.latest
      resumed = true
    },
    size: () => splits.size,
  }
}

/** At another parallelism an instance takes splits of several: it may announce what all of those had announced. */
const readState = (scope: RestoreScope): { announced: number; latest: Map<string, number> } => {
  const latest = new Map<string, number>()
  let announced = Infinity
  for (const { reader } of scope.parts) {
    const watermark = reader.f64()
    const count = reader.varint()
    if (count > 0 || scope.same) announced = Math.min(announced, watermark)
    for (let left = count; left > 0; left--) latest.set(reader.string(), reader.f64())
  }
  return { announced: announced === Infinity ? -Infinity : announced, latest }
}
