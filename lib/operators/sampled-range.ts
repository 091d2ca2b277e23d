/**
 * Range partitioning by bounds taken from the data: the first records are held until there are enough of them, then the bounds are fixed
 * and the held ones go on, each watermark still where it was among them.
 */
import type { ByteReader } from '../state/byte-reader.ts'
import type { ByteWriter } from '../state/byte-writer.ts'
import { ownPart } from './keyed-state.ts'
import { DONE, NONE } from './operator.ts'
import type { Cursor, ManyOperator, OperatorContext, RestoreScope } from './operator.ts'
import type { Ordered } from './partitioner.ts'
import { boundsOf, boundsUpTo, checkOrdered, countedValues } from './range-bounds.ts'
import type { Counted } from './range-bounds.ts'

/** A record, and its place in the order of the bounds. */
interface Held {
  readonly record: unknown
  readonly value: Ordered
  readonly time: number
}

/** The watermark that came after a record, −∞ for none, and whether the stream has been idle since. */
interface Mark {
  at: number
  idle: boolean
}

const phases = { sampling: 0, fixed: 1 } as const
const none = (): Mark => ({ at: -Infinity, idle: false })

export class SampledRange implements ManyOperator {
  readonly shape = 'many'
  readonly #size: number
  readonly #fn: (record: unknown) => unknown
  /** The distinct values of the sample; null while it is taken. */
  #sample: readonly Counted[] | null = null
  /** Null until they are wanted: the number of targets may be another one than in the run that took the sample. */
  #bounds: readonly Ordered[] | null = null
  #held: Held[] = []
  /** One more than there are held records: the first stands before them all. */
  #marks: Mark[] = [none()]
  readonly #one = new OneRecord()

  /** `size`: how many records are held, and make the bounds. */
  constructor(size: number, fn: (record: unknown) => unknown) {
    this.#size = size
    this.#fn = fn
  }

  apply(record: unknown, context: OperatorContext): Cursor | null {
    const value = checkOrdered(this.#fn(record), this.#held[0]?.value ?? this.#sample?.[0]?.value)
    if (this.#sample !== null) return this.#one.of(record, this.#target(value, context))
    this.#held.push({ record, value, time: context.time })
    this.#marks.push(none())
    return this.#held.length < this.#size ? null : this.#fix(context)
  }

  undo(): boolean {
    return true
  }

  /** While records are held, so are the watermarks that came after them. */
  keepsWatermark(at: number): boolean {
    if (this.#sample !== null) return false
    const mark = this.#marks.at(-1)!
    mark.idle = Number.isNaN(at)
    if (at > mark.at) mark.at = at
    return true
  }

  /** The end of input. */
  onWatermark(at: number, context: OperatorContext): Cursor | null {
    return at === Infinity && this.#sample === null ? this.#fix(context) : null
  }

  onStop(context: OperatorContext): Cursor | null {
    return this.#sample === null ? this.#fix(context) : null
  }

  snapshot(writer: ByteWriter): void {
    if (this.#sample === null) {
      writer.u8(phases.sampling)
      writer.varint(this.#held.length)
      for (const { record, value, time } of this.#held) {
        writer.value(record)
        writer.value(value)
        writer.f64(time)
      }
      for (const { at, idle } of this.#marks) {
        writer.f64(at)
        writer.u8(idle ? 1 : 0)
      }
      return
    }
    writer.u8(phases.fixed)
    writer.varint(this.#sample.length)
    for (const { value, count } of this.#sample) {
      writer.value(value)
      writer.varint(count)
    }
  }

  restore(scope: RestoreScope): void {
    const reader = ownPart(scope, 'partition')
    const isFixed = reader.u8() === phases.fixed
    const count = reader.varint()
    if (isFixed) this.#sample = Array.from({ length: count }, () => ({ value: reader.value() as Ordered, count: reader.varint() }))
    else {
      this.#held = Array.from({ length: count }, () => readHeld(reader))
      this.#marks = Array.from({ length: count + 1 }, () => ({ at: reader.f64(), idle: reader.u8() === 1 }))
    }
  }

  size(): number {
    return this.#held.length
  }

  #target(value: Ordered, context: OperatorContext): number {
    this.#bounds ??= boundsOf(this.#sample!, context.targets)
    return boundsUpTo(this.#bounds, value)
  }

  #fix(context: OperatorContext): Cursor {
    const held = this.#held
    const marks = this.#marks
    this.#sample = countedValues(held.map(({ value }) => value))
    this.#held = []
    this.#marks = []
    return new Released(held, marks, (value) => this.#target(value, context))
  }
}

const readHeld = (reader: ByteReader): Held => ({ record: reader.value(), value: reader.value() as Ordered, time: reader.f64() })

/** The held records in their order, with the watermarks between them. */
class Released implements Cursor {
  readonly #held: readonly Held[]
  readonly #marks: Mark[]
  readonly #target: (value: Ordered) => number
  #next = 0

  constructor(held: readonly Held[], marks: Mark[], target: (value: Ordered) => number) {
    this.#held = held
    this.#marks = marks
    this.#target = target
  }

  next(context: OperatorContext): unknown {
    const mark = this.#marks[this.#next]!
    if (mark.at > -Infinity) {
      context.advance(mark.at)
      mark.at = -Infinity
      return NONE
    }
    if (mark.idle) {
      context.advance(NaN)
      mark.idle = false
      return NONE
    }
    const held = this.#held[this.#next]
    if (held === undefined) return DONE
    this.#next++
    context.time = held.time
    context.route = this.#target(held.value)
    return held.record
  }

  input(): unknown {
    return this.#held[this.#next]?.record
  }

  skip(): void {
    this.#next++
  }

  undoable(): boolean {
    return true
  }
}

/** The output of a record that is not held. One for all: a cursor is read to its end before the next call. */
class OneRecord implements Cursor {
  #output: unknown = DONE
  #route = 0

  of(record: unknown, route: number): this {
    this.#output = record
    this.#route = route
    return this
  }

  next(context: OperatorContext): unknown {
    const output = this.#output
    this.#output = DONE
    context.route = this.#route
    return output
  }

  input(): unknown {
    return this.#output
  }

  skip(): void {
    this.#output = DONE
  }

  undoable(): boolean {
    return true
  }
}
