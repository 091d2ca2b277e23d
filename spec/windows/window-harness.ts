/** Runs a windowed operator by hand: one or more instances, records and watermarks in, outputs and late records out. */
import { noOffloader } from '../operators/no-offloader.ts'
import { Instants } from '../../lib/time/instants.ts'
import { DONE, type Cursor, type Operator, type OperatorContext, type StatePart } from '../../lib/operators/operator.ts'
import { ByteReader } from '../../lib/state/byte-reader.ts'
import { ByteWriter } from '../../lib/state/byte-writer.ts'
import { instanceOfGroup } from '../../lib/state/key-group.ts'
import { groupOf } from '../../lib/state/key-list.ts'
import type { Assigner } from '../../lib/windows/assigner.ts'
import type { WindowFold } from '../../lib/windows/window-fold.ts'
import { windowOperator } from '../../lib/windows/window-operator.ts'

export interface Sample {
  readonly key: string | number | null
  readonly time: number
  readonly v: number
}

export type Step = { readonly record: Sample } | { readonly watermark: number }

export interface Output {
  readonly key: unknown
  readonly window: { readonly start: number; readonly end: number }
  readonly value: unknown
  readonly pane: { readonly index: number; readonly timing: string; readonly isLast: boolean }
}

export interface Stage {
  readonly assigner: Assigner<never>
  readonly fold: WindowFold
  readonly lateness?: number
  readonly pure?: boolean
  readonly guarded?: boolean
}

const maxParallelism = 16

export class FakeContext implements OperatorContext {
  time = NaN
  key: unknown = null
  route = 0
  origin = ''
  watermark = -Infinity
  readonly instants = Instants.every
  targets = 1
  readonly instance = 0
  readonly parallelism = 1
  readonly maxParallelism = maxParallelism
  eventTime = true
  readonly offloader = noOffloader
  clock = 0
  readonly wakes: number[] = []
  readonly lateRecords: unknown[] = []
  now(): number {
    return this.clock
  }
  activeNow(): number {
    return this.clock
  }
  wakeAt(at: number): void {
    this.wakes.push(at)
  }
  wake(): void {}
  advance(): void {}
  endSplit(): void {}
  side(): void {}
  late(record: unknown): void {
    this.lateRecords.push(record)
  }
  complete(): void {}
  isSuspect(): boolean {
    return false
  }
}

export class Harness {
  readonly stage: Stage
  readonly context = new FakeContext()
  readonly outputs: Output[] = []
  /** Failures of one call after which it is left out. */
  attempts = 1
  /** While an operator is called to do something, rather than to undo it. */
  isCalling = false
  operators: Operator[]

  constructor(stage: Stage, parallelism = 1) {
    this.stage = stage
    this.operators = Array.from({ length: parallelism }, () => this.#create())
  }

  get late(): unknown[] {
    return this.context.lateRecords
  }

  run(steps: readonly Step[], between?: () => void): this {
    for (const step of steps) {
      if ('record' in step) this.record(step.record)
      else this.watermark(step.watermark)
      between?.()
    }
    return this
  }

  record(record: Sample): void {
    const { context } = this
    const operator = this.operators[instanceOfGroup(groupOf(record.key, maxParallelism), this.operators.length, maxParallelism)]!
    if (operator.shape !== 'many') throw new Error('a windowed operator gives many')
    for (let attempt = 1; attempt <= this.attempts; attempt++) {
      context.time = record.time
      context.key = record.key
      try {
        this.isCalling = true
        const cursor = operator.apply(record, context)
        this.drain(cursor)
        return
      } catch (error) {
        this.isCalling = false
        if (!operator.undo!(record, context)) throw error
      }
    }
  }

  watermark(at: number): void {
    for (const operator of this.operators) this.drain(operator.onWatermark!(at, this.context))
  }

  drain(cursor: Cursor | null): void {
    if (cursor === null) return
    for (let failures = 0; ; ) {
      this.isCalling = true
      try {
        const output = cursor.next(this.context)
        if (output === DONE) return
        failures = 0
        const { key, window } = output as Output
        if (this.context.time !== window.end - 1 || !Object.is(this.context.key, key)) throw new Error('time or key not set')
        this.outputs.push(output as Output)
      } catch (error) {
        if (++failures < this.attempts) continue
        if (this.attempts === 1) throw error
        cursor.skip()
        failures = 0
      }
    }
  }

  /** All instances give way to `parallelism` new ones with their state. */
  restore(parallelism: number = this.operators.length): void {
    const parts = this.operators.map((operator) => {
      const writer = new ByteWriter()
      const rest = operator.snapshot!(writer) ?? null
      while (rest?.writeSome(writer) === false);
      return writer.finish()
    })
    const same = parallelism === parts.length
    this.operators = Array.from({ length: parallelism }, (_, instance) => {
      const operator = this.#create()
      const readers: StatePart[] = parts.map((bytes, i) => ({ instance: i, reader: new ByteReader(bytes) }))
      const own = same ? [readers[instance]!] : readers
      operator.restore!({ same, parts: own, owns: (group) => instanceOfGroup(group, parallelism, maxParallelism) === instance })
      for (const { reader } of own) reader.end()
      return operator
    })
  }

  size(): number {
    return this.operators.reduce((sum, operator) => sum + operator.size!(), 0)
  }

  #create(): Operator {
    const { assigner, fold, lateness = 0, pure = false } = this.stage
    const wakeAt = (at: number): void => this.context.wakeAt(at)
    const window = { assigner, allowedLateness: lateness, lateTo: null, site: 'here' }
    const operator = windowOperator(window, fold, { pure, maxParallelism, wakeAt })
    if (this.stage.guarded === true) operator.guard!()
    return operator
  }
}
