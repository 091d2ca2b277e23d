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
import type { ByteWriter } from '../state/byte-writer.ts'
import type { Instants } from '../time/instants.ts'
import { SplitWatermarks } from '../time/split-watermarks.ts'
import type { SplitTime } from '../time/split-watermarks.ts'
import { checkedOptions } from './checked-options.ts'
import type { CodeScope, OperatorContext, RestoreScope, RowOperator } from './operator.ts'
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
    const create = (context: OperatorContext): RowOperator =>
      timestampsOnly ? stampOperator(selector) : new WatermarkOperator(selector, outOfOrderness, idleAfter ?? null, context.instants)
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

type TimeOf = (record: unknown) => unknown

const checkedTime = (time: unknown): number => {
  if (typeof time !== 'number' || !Number.isFinite(time))
    throw new MillraceError('TIMESTAMP_INVALID', `the time of a record is ${shown(time)}, not a finite number of epoch milliseconds`)
  return time
}

/** Statements that put the record's time into `t`. */
const codeOfTime = (at: TimeOf, { bind, local, call }: CodeScope): string => {
  const time = local()
  return `${time} = ${call(at)};
t = typeof ${time} === 'number' && ${time} - ${time} === 0 ? ${time} : ${bind(checkedTime)}(${time});`
}

const stampOperator = (at: TimeOf): RowOperator => ({
  shape: 'one',
  apply: (record, context) => {
    context.time = checkedTime(at(record))
    return record
  },
  code: (scope) => codeOfTime(at, scope),
})

class WatermarkOperator implements RowOperator {
  readonly shape = 'one'
  readonly makesWatermarks = true
  readonly #at: TimeOf
  readonly #outOfOrderness: number
  readonly #idleAfter: number | null
  readonly #instants: Instants
  readonly #splits = new SplitWatermarks()
  /** The split of the record before: mostly that of the next one, too. */
  split: SplitTime = { origin: '', latest: Infinity, activeAt: 0, idle: false }
  /** Whether `split` is the one of the records at hand, and not idle. */
  isSettled = false
  /** The watermark that is to be announced next, at least; where every moment counts, the last one announced. */
  #bound = -Infinity
  /** No time below this one reaches the bound: a little less than it, so that no rounding matters. */
  near = -Infinity
  #announced = -Infinity
  /** Whether NaN was announced after it. */
  #isQuiet = false
  #isArmed = false
  /** Stored times of splits that have not been named yet. */
  #stored = new Map<string, number>()
  #isResumed = false
  #isUnchecked = false

  constructor(at: TimeOf, outOfOrderness: number, idleAfter: number | null, instants: Instants) {
    this.#at = at
    this.#outOfOrderness = outOfOrderness
    this.#idleAfter = idleAfter
    this.#instants = instants
    this.#setBound(-Infinity)
  }

  apply(record: unknown, context: OperatorContext): unknown {
    const time = checkedTime(this.#at(record))
    context.time = time
    const isNews = this.#settle(context.origin, context)
    const { split } = this
    const before = split.latest
    if (time > before) split.latest = time
    if (isNews) this.#look(context)
    else if (time > before) this.grown(before, time, context)
    return record
  }

  code(scope: CodeScope): string {
    const operator = scope.bind(this)
    const [split, before] = [scope.local(), scope.local()]
    return `if (${operator}.isSettled) {
${codeOfTime(this.#at, scope)}
${split} = ${operator}.split; ${before} = ${split}.latest;
if (t > ${before}) { ${split}.latest = t; if (t >= ${operator}.near) { ${scope.enter} ${operator}.grown(${before}, t, ${scope.context}); } }
} else { ${scope.apply} }`
  }

  /** The current split has gone on from one time to another. Each passes the bound once, and the last one to do so moves the watermark. */
  grown(from: number, to: number, context: OperatorContext): void {
    const bound = this.#bound
    const [before, after] = [this.#watermarkAt(from), this.#watermarkAt(to)]
    if (this.#instants.isEvery ? after > bound && before <= bound : after >= bound && before < bound) this.#look(context)
  }

  #look(context: OperatorContext): void {
    this.#splits.recompute()
    this.#announce(context)
  }

  onBatch(origin: string, context: OperatorContext): void {
    this.isSettled = this.split.origin === origin && !this.split.idle && this.#splits.find(origin) === this.split
    if (this.isSettled && this.#idleAfter !== null) this.split.activeAt = context.activeNow()
  }

  /** Tells how far time has come, though nothing is due: for those who look at the job from outside. */
  onBatchEnd(context: OperatorContext): void {
    this.#splits.recompute()
    const watermark = this.#watermarkAt(this.#splits.least)
    if (watermark > this.#announced && !this.#isQuiet) this.#advance(watermark, context)
  }

  onSplits(origins: readonly string[], context: OperatorContext): void {
    const splits = this.#splits
    for (const origin of origins) if (splits.find(origin) === undefined) this.#open(origin, context)
    if (this.#isResumed && splits.size > 0) {
      // Later stages had heard of this watermark; they must not judge the next record without it.
      this.#isResumed = false
      // Splits dealt out anew may all be further than their former instances had announced.
      this.#isUnchecked = true
      this.isSettled = false
      if (this.#announced > -Infinity || this.#isQuiet) this.#advance(this.#announced, context)
      this.#isQuiet = false
    } else if (splits.size === 0) {
      // None will come: to say that it is idle would let receivers run ahead of what others hold back for the end of this one.
      context.advance(Infinity)
    } else if (this.#isQuiet) this.#announce(context)
    if (this.#idleAfter !== null && splits.size > 0 && !this.#isArmed) this.#arm(context, this.#idleAfter)
  }

  onSplitEnd(origin: string, context: OperatorContext): void {
    this.isSettled = false
    this.#splits.close(origin)
    // All splits are known from the start, so this was the last record of all.
    if (this.#splits.size === 0) context.advance(Infinity)
    else this.#announce(context)
  }

  onClock(_now: number, context: OperatorContext): null {
    if (this.#idleAfter === null) return null
    this.isSettled = false
    const wait = this.#splits.findIdle(context.activeNow(), this.#idleAfter)
    this.#announce(context)
    this.#arm(context, wait)
    return null
  }

  snapshot(writer: ByteWriter): void {
    writer.f64(this.#announced)
    writer.varint(this.#splits.size)
    for (const { origin, latest } of this.#splits.splits()) {
      writer.string(origin)
      writer.f64(latest)
    }
  }

  restore(scope: RestoreScope): void {
    const { announced, latest } = readState(scope)
    this.#announced = announced
    this.#setBound(announced)
    this.#stored = latest
    this.#isResumed = true
  }

  size(): number {
    return this.#splits.size
  }

  #watermarkAt(time: number): number {
    return time - this.#outOfOrderness - 1
  }

  /** A record of that split is at hand. True: the least of all splits is to be looked at, whatever its time. */
  #settle(origin: string, context: OperatorContext): boolean {
    if (!(this.isSettled && this.split.origin === origin)) this.split = this.#splits.find(origin) ?? this.#open(origin, context)
    this.isSettled = true
    const { split } = this
    if (this.#idleAfter !== null) {
      split.activeAt = context.activeNow()
      if (!this.#isArmed) this.#arm(context, this.#idleAfter)
    }
    const isNews = split.idle || this.#isUnchecked
    split.idle = false
    this.#isUnchecked = false
    return isNews
  }

  #announce(context: OperatorContext): void {
    const { least } = this.#splits
    if (Number.isNaN(least)) {
      if (!this.#isQuiet) context.advance(NaN)
      this.#isQuiet = true
      return
    }
    const watermark = this.#watermarkAt(least)
    const isDue = this.#instants.isEvery ? watermark > this.#bound : watermark >= this.#bound
    if (isDue && watermark > this.#announced) this.#advance(watermark, context)
    else if (this.#isQuiet) this.#advance(Math.max(watermark, this.#announced), context)
    this.#isQuiet = false
  }

  #setBound(announced: number): void {
    const bound = this.#instants.after(announced)
    this.#bound = bound
    const time = bound + this.#outOfOrderness + 1
    this.near = Number.isFinite(time) ? time - Math.abs(time) * 2 ** -50 : bound
  }

  #advance(watermark: number, context: OperatorContext): void {
    this.#announced = watermark
    this.#setBound(watermark)
    context.advance(watermark)
  }

  #open(origin: string, context: OperatorContext): SplitTime {
    const latest = this.#stored.get(origin) ?? -Infinity
    this.#stored.delete(origin)
    return this.#splits.open(origin, latest, this.#idleAfter === null ? 0 : context.activeNow())
  }

  #arm(context: OperatorContext, wait: number): void {
    this.#isArmed = wait < Infinity
    if (this.#isArmed) context.wakeAt(context.now() + wait)
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
