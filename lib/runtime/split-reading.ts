/** The splits of one source instance: which are open, where each stands, what has been read ahead. */
import type { SourceBatch, SourceConnector, SourceContext, SourceReader, Split } from '../api/connector.ts'
import { MillraceError, hasCode, placed } from '../errors.ts'
import { decodeValue, encodeValue } from '../state/codec.ts'

export interface SplitState {
  readonly split: Split
  /** Its place among all splits of the source: how they are dealt out to instances. */
  readonly index: number
  position: unknown
  /** Records read since the split's start. */
  count: number
  done: boolean
}

/** Splits read at a time; the others wait for one of them to end. */
const OPEN_SPLITS_MAX = 64
/** Milliseconds after an empty batch until the split is asked again. */
const EMPTY_WAIT_MIN = 1
const EMPTY_WAIT_MAX = 16

type Reading = { state: SplitState; reader: SourceReader<unknown, unknown> | null; phase: 'idle' | 'asked' | 'ready' | 'resting'; batch: SourceBatch<unknown, unknown> | null; wait: number }

export interface SplitReadingHost {
  readonly context: SourceContext
  readonly sourceId: string
  after(ms: number, wake: () => void): void
  ready(): void
  failed(error: unknown): void
}

export class SplitReading {
  private readonly readings: Reading[]
  private turn = 0
  private disposed = false
  private readonly connector: SourceConnector<unknown>
  private readonly host: SplitReadingHost

  constructor(connector: SourceConnector<unknown>, states: readonly SplitState[], host: SplitReadingHost) {
    this.connector = connector
    this.host = host
    this.readings = states.map((state) => ({ state, reader: null, phase: 'idle', batch: null, wait: EMPTY_WAIT_MIN }))
  }

  get states(): readonly SplitState[] {
    return this.readings.map((reading) => reading.state)
  }

  get live(): readonly SplitState[] {
    return this.states.filter((state) => !state.done)
  }

  get allDone(): boolean {
    return this.readings.every((reading) => reading.state.done)
  }

  /** A batch that can be processed now, asking the splits in turn. Null: `ready` will be called. */
  next(max: number): { readonly state: SplitState; readonly batch: SourceBatch<unknown, unknown> } | null {
    const open = this.readings.filter((reading) => !reading.state.done).slice(0, OPEN_SPLITS_MAX)
    for (let tried = 0; tried < open.length; tried++) {
      const reading = open[(this.turn + tried) % open.length]!
      if (reading.phase === 'idle') this.ask(reading, max)
      if (reading.phase !== 'ready') continue
      this.turn = (this.turn + tried + 1) % open.length
      const batch = reading.batch!
      reading.batch = null
      reading.phase = 'idle'
      return { state: reading.state, batch }
    }
    return null
  }

  private ask(reading: Reading, max: number): void {
    reading.phase = 'asked'
    if (reading.reader === null) {
      const { split, position } = reading.state
      this.settle(
        () => this.connector.open(split, (position ?? null) as never, this.host.context) as SourceReader<unknown, unknown> | Promise<SourceReader<unknown, unknown>>,
        (reader) => {
          if (this.disposed) return void reader.close()
          reading.reader = reader
          this.poll(reading, max)
        },
      )
    } else this.poll(reading, max)
  }

  private poll(reading: Reading, max: number): void {
    this.settle(
      () => reading.reader!.poll(max),
      (batch) => {
        if (batch.records.length === 0 && batch.done !== true) {
          reading.state.position = batch.position
          reading.phase = 'resting'
          this.host.after(reading.wait, () => {
            reading.phase = 'idle'
            this.host.ready()
          })
          reading.wait = Math.min(EMPTY_WAIT_MAX, reading.wait * 2)
          return
        }
        reading.wait = EMPTY_WAIT_MIN
        reading.batch = batch
        reading.phase = 'ready'
        this.host.ready()
      },
    )
  }

  /** Runs a connector's method, at once where it answers at once. */
  private settle<T>(call: () => T | Promise<T>, then: (value: T) => void): void {
    const fail = (error: unknown): void => {
      if (this.disposed) return
      const wrapped = hasCode(error)
        ? placed(error, this.host.sourceId)
        : new MillraceError('SOURCE_FAILED', `reading failed: ${error instanceof Error ? error.message : String(error)}`, {
            operatorId: this.host.sourceId,
            cause: error,
          })
      this.host.failed(wrapped)
    }
    let result: T | Promise<T>
    try {
      result = call()
    } catch (error) {
      return fail(error)
    }
    if (result instanceof Promise)
      result.then((value) => {
        if (!this.disposed) then(value)
      }, fail)
    else then(result)
  }

  /** The batch that ends at `position` has gone through the chain. */
  passed(state: SplitState, batch: SourceBatch<unknown, unknown>): void {
    state.position = batch.position
    state.count += batch.records.length
    if (batch.done === true) this.end(state)
  }

  end(state: SplitState): void {
    state.done = true
    const reading = this.readings.find((candidate) => candidate.state === state)
    const reader = reading?.reader
    if (reading !== undefined) reading.reader = null
    if (reader !== undefined && reader !== null) this.settle(() => reader.close(), () => undefined)
  }

  committed(positions: ReadonlyMap<string, unknown>): void {
    for (const { reader, state } of this.readings)
      if (positions.has(state.split.id)) reader?.committed?.(positions.get(state.split.id))
  }

  dispose(): void {
    this.disposed = true
    for (const reading of this.readings) {
      const { reader } = reading
      reading.reader = null
      if (reader === null) continue
      try {
        void Promise.resolve(reader.close()).catch(() => undefined)
      } catch {
        // The region is going down or has ended; what the reader has to say about its own end changes nothing.
      }
    }
  }
}

export const encodeSplits = (states: readonly SplitState[]): Uint8Array =>
  encodeValue(states.map(({ split, index, position, count, done }) => ({ split: { ...split }, index, position, count, done })))

export const decodeSplits = (bytes: Uint8Array): SplitState[] => decodeValue(bytes) as SplitState[]
