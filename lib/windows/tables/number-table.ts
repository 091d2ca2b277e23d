/**
 * Accumulators of built-in aggregates over numbers, side by side: one stretch of doubles a slot, so that a record touches one cache
 * line. Sums are exactly rounded: the high part lies in the stretch, what it has lost in a second array that most sums never need
 * (Knuth's TwoSum), and a slot whose lost part does not fit goes on as an `ExactSum`.
 */
import type { ByteReader } from '../../state/byte-reader.ts'
import type { ByteWriter } from '../../state/byte-writer.ts'
import { MillraceError } from '../../errors.ts'
import { setField } from '../../state/plain.ts'
import { ExactSum } from '../exact-sum.ts'
import type { FoldTable } from '../fold-layout.ts'
import { Part } from '../../state/part.ts'
import type { AggregateTable } from '../table.ts'
import type { NumberMeasure } from './measure.ts'

/** One aggregate. `at`: its first place in a slot's stretch. An average is a sum with a count behind it. */
export interface NumberLeaf {
  readonly kind: 'count' | 'sum' | 'average' | 'min' | 'max'
  readonly at: number
  /** Null: counts look at no value. */
  readonly measure: NumberMeasure | null
}

/** Where a result comes from: a leaf, or an object of such. */
export type NumberShape = NumberLeaf | { readonly kind: 'object'; readonly fields: readonly (readonly [name: string, shape: NumberShape])[] }

export interface NumberLayout {
  /** Unused where the table is part of another one. */
  readonly shape: NumberShape
  readonly leaves: readonly NumberLeaf[]
  /** Doubles a slot. */
  readonly stride: number
  /** A slot that nothing has been added to. −0 is the sum of nothing. */
  readonly empty: readonly number[]
  /** `result` of a slot, compiled; null where nothing may be compiled. */
  readonly compiledResult: ((table: NumberTable, slot: number) => unknown) | null
  /** `merge` with a table whose sums have lost nothing. */
  readonly compiledMerge: ((table: NumberTable, slot: number, theirs: Float64Array, base: number) => void) | null
  /** `partOf` where sums have lost nothing. */
  readonly compiledPart: ((table: NumberTable, slot: number) => Part) | null
}

const firstSlots = 8
const storedSum = { pair: 0, exact: 1 } as const
const none = new Float64Array(0)

export class NumberTable implements FoldTable {
  readonly #layout: NumberLayout
  /** Read by compiled chains; replaced as the table grows. */
  numbers: Float64Array<ArrayBuffer>
  /** What sums have lost, at the same places; as long as `numbers` once a sum has lost something, else of no length. */
  lost: Float64Array<ArrayBuffer> = none
  /** No sum has lost anything yet, and none is kept exactly beside. */
  isPlain = true
  /** Kept, so that what `touch` reads is not optimised away. */
  touched = 0
  #exact: Map<number, ExactSum> | null = null
  size = 0

  constructor(layout: NumberLayout) {
    this.#layout = layout
    this.numbers = new Float64Array(firstSlots * layout.stride)
  }

  prepare(record: unknown): void {
    for (const { measure } of this.#layout.leaves) measure?.prepare(record)
  }

  add(slot: number): void {
    this.commit(slot)
  }

  enter(): void {}

  commit(slot: number): void {
    if (slot === this.size) this.open()
    const { leaves, stride } = this.#layout
    const base = slot * stride
    for (let i = 0; i < leaves.length; i++) {
      const { kind, at, measure } = leaves[i]!
      this.#addTo(kind, base + at, measure === null ? 1 : measure.value)
    }
  }

  /** Reads a number of each slot, so that the rest of them is near when it is wanted. */
  touch(slots: Int32Array, count: number): void {
    const { numbers } = this
    const { stride } = this.#layout
    let sum = 0
    for (let i = 0; i < count; i++) {
      const slot = slots[i]!
      if (slot >= 0) sum += numbers[slot * stride]!
    }
    this.touched = sum
  }

  undo(): boolean {
    return true
  }

  guard(): void {}

  /** Appends an empty slot. */
  open(): void {
    const { stride, empty } = this.#layout
    const base = this.size++ * stride
    if (base + stride > this.numbers.length) this.#grow()
    const { numbers } = this
    for (let i = 0; i < stride; i++) numbers[base + i] = empty[i]!
    if (!this.isPlain) this.lost.fill(0, base, base + stride)
  }

  result(slot: number): unknown {
    const { compiledResult, shape, stride } = this.#layout
    return compiledResult === null ? this.#resultOf(shape, slot * stride) : compiledResult(this, slot)
  }

  leafResult(leaf: NumberLeaf, slot: number): number {
    return this.#leafAt(leaf, slot * this.#layout.stride)
  }

  merge(slot: number, other: AggregateTable, from: number): void {
    const theirs = other as NumberTable
    const { leaves, stride, compiledMerge } = this.#layout
    if (compiledMerge !== null && theirs.isPlain) return compiledMerge(this, slot, theirs.numbers, from * stride)
    if (slot === this.size) this.open()
    for (const { kind, at } of leaves) {
      const to = slot * stride + at
      const place = from * stride + at
      if (kind === 'sum' || kind === 'average') this.#mergeSum(to, theirs, place)
      else this.#addTo(kind, to, theirs.numbers[place]!)
      if (kind === 'average') this.numbers[to + 1]! += theirs.numbers[place + 1]!
    }
  }

  /** A copy of the slot, to be added to another table by `mergePart`. */
  partOf(slot: number): Part {
    const { stride, compiledPart } = this.#layout
    if (this.isPlain && compiledPart !== null) return compiledPart(this, slot)
    const base = slot * stride
    const numbers: number[] = []
    for (let i = 0; i < stride; i++) numbers.push(this.numbers[base + i]!)
    if (this.isPlain) return new Part(numbers, null, null)
    const exact = numbers.flatMap((number, i) => (Number.isNaN(number) ? [[i, this.#exact!.get(base + i)!.toParts()] as const] : []))
    return new Part(numbers, [...this.lost.subarray(base, base + stride)], exact)
  }

  mergePart(slot: number, { numbers, lost, exact }: Part): void {
    if (slot === this.size) this.open()
    const { leaves, stride } = this.#layout
    const base = slot * stride
    for (let i = 0; i < leaves.length; i++) {
      const { kind, at } = leaves[i]!
      const place = base + at
      if (kind === 'average') this.numbers[place + 1]! += numbers[at + 1]!
      if (kind !== 'sum' && kind !== 'average') this.#addTo(kind, place, numbers[at]!)
      else if (!Number.isNaN(numbers[at])) {
        this.#addToSum(place, numbers[at]!)
        if (lost !== null && lost[at] !== 0) this.#addToSum(place, lost[at]!)
      }
    }
    for (const [at, parts] of exact ?? []) this.#spill(base + at).merge(ExactSum.fromParts(parts))
  }

  drop(slot: number): void {
    if (this.#exact === null) return
    const { stride } = this.#layout
    for (let i = 0; i < stride; i++) this.#exact.delete(slot * stride + i)
  }

  /** Drops all slots and keeps their room, unless most of it was unused. */
  clear(): void {
    const { stride } = this.#layout
    if (8 * this.size * stride < this.numbers.length) this.numbers = new Float64Array(firstSlots * stride)
    this.size = 0
    this.lost = none
    this.isPlain = true
    this.#exact = null
  }

  writeAll(writer: ByteWriter, more: number): void {
    const length = this.size * this.#layout.stride
    writer.reserve((this.isPlain ? 8 : 16) * length + more)
    writer.varint(this.size)
    writer.f64s(this.numbers, length)
    writer.f64s(this.lost, this.isPlain ? 0 : length)
    writer.varint(this.#exact?.size ?? 0)
    for (const [place, sum] of this.#exact ?? []) {
      writer.varint(place)
      writer.f64s(sum.toParts())
    }
  }

  readAll(reader: ByteReader): void {
    const { stride } = this.#layout
    const size = reader.varint()
    const numbers = reader.f64s()
    const lost = reader.f64s()
    if (numbers.length !== size * stride || (lost.length !== 0 && lost.length !== numbers.length)) throw corrupt()
    this.size = size
    // Never empty, as it grows by doubling.
    this.numbers = size === 0 ? new Float64Array(firstSlots * stride) : numbers
    this.isPlain = lost.length === 0
    this.lost = lost
    let spilt = reader.varint()
    this.#exact = spilt === 0 ? null : new Map()
    if (spilt > 0 && this.isPlain) this.#keepLost()
    for (; spilt > 0; spilt--) this.#exact!.set(reader.varint(), ExactSum.fromParts(reader.f64s()))
    for (let place = 0; place < numbers.length; place++) if (Number.isNaN(numbers[place]) && !this.#exact?.has(place)) throw corrupt()
  }

  write(writer: ByteWriter, slot: number): void {
    const { leaves, stride } = this.#layout
    for (const { kind, at } of leaves) {
      const place = slot * stride + at
      switch (kind) {
        case 'count':
          writer.varint(this.numbers[place]!)
          break
        case 'min':
        case 'max':
          writer.f64(this.numbers[place]!)
          break
        case 'average':
          writer.varint(this.numbers[place + 1]!)
          this.#writeSum(writer, place)
          break
        case 'sum':
          this.#writeSum(writer, place)
      }
    }
  }

  read(reader: ByteReader): number {
    const slot = this.size
    this.open()
    const { leaves, stride } = this.#layout
    for (const { kind, at } of leaves) {
      const place = slot * stride + at
      switch (kind) {
        case 'count':
          this.numbers[place] = reader.varint()
          break
        case 'min':
        case 'max':
          this.numbers[place] = reader.f64()
          break
        case 'average':
          this.numbers[place + 1] = reader.varint()
          this.#readSum(reader, place)
          break
        case 'sum':
          this.#readSum(reader, place)
      }
    }
    return slot
  }

  /** Adds to the sum at `place` what plain addition there would not give exactly. */
  addInexact(place: number, value: number): void {
    const { numbers } = this
    const high = numbers[place]!
    const sum = high + value
    const part = sum - high
    const lost = high - (sum - part) + (value - part)
    if (this.isPlain) this.#keepLost()
    const before = this.lost[place]!
    // As below, but that −0 stays −0.
    if (lost === 0 && before === 0) return void (numbers[place] = sum)
    const low = before + lost
    const lowPart = low - before
    const rounded = sum + low
    // The first is NaN after an overflow or a spill, which is not 0 either.
    if (before - (low - lowPart) + (lost - lowPart) !== 0 || !Number.isFinite(rounded)) return this.#spill(place).add(value)
    numbers[place] = rounded
    this.lost[place] = low - (rounded - sum)
  }

  /** The sum at `place`; NaN stands in `numbers` for one that has spilt. */
  sumAt(place: number): number {
    const high = this.numbers[place]!
    return Number.isNaN(high) ? this.#exact!.get(place)!.value() : high
  }

  #addTo(kind: NumberLeaf['kind'], place: number, value: number): void {
    const { numbers } = this
    const before = numbers[place]!
    switch (kind) {
      case 'count':
        numbers[place] = before + value
        break
      case 'min':
        numbers[place] = Math.min(before, value)
        break
      case 'max':
        numbers[place] = Math.max(before, value)
        break
      case 'average':
        numbers[place + 1]! += 1
        this.#addToSum(place, value)
        break
      case 'sum':
        this.#addToSum(place, value)
    }
  }

  #addToSum(place: number, value: number): void {
    const { numbers } = this
    const high = numbers[place]!
    const sum = high + value
    const part = sum - high
    if (this.isPlain && high - (sum - part) + (value - part) === 0) numbers[place] = sum
    else this.addInexact(place, value)
  }

  #mergeSum(to: number, theirs: NumberTable, place: number): void {
    const high = theirs.numbers[place]!
    if (Number.isNaN(high)) return this.#spill(to).merge(theirs.#exact!.get(place)!)
    this.#addToSum(to, high)
    const lost = theirs.isPlain ? 0 : theirs.lost[place]!
    if (lost !== 0) this.#addToSum(to, lost)
  }

  #keepLost(): void {
    this.isPlain = false
    this.lost = new Float64Array(this.numbers.length)
  }

  #spill(place: number): ExactSum {
    if (this.isPlain) this.#keepLost()
    this.#exact ??= new Map()
    const known = this.#exact.get(place)
    if (known !== undefined) return known
    const exact = new ExactSum()
    exact.add(this.numbers[place]!)
    exact.add(this.lost[place]!)
    this.numbers[place] = NaN
    this.#exact.set(place, exact)
    return exact
  }

  #writeSum(writer: ByteWriter, place: number): void {
    const high = this.numbers[place]!
    if (Number.isNaN(high)) {
      writer.u8(storedSum.exact)
      writer.f64s(this.#exact!.get(place)!.toParts())
      return
    }
    writer.u8(storedSum.pair)
    writer.f64(high)
    writer.f64(this.isPlain ? 0 : this.lost[place]!)
  }

  #readSum(reader: ByteReader, place: number): void {
    if (reader.u8() === storedSum.exact) {
      if (this.isPlain) this.#keepLost()
      this.numbers[place] = NaN
      this.#exact ??= new Map()
      this.#exact.set(place, ExactSum.fromParts(reader.f64s()))
      return
    }
    this.numbers[place] = reader.f64()
    const lost = reader.f64()
    if (lost === 0) return
    if (this.isPlain) this.#keepLost()
    this.lost[place] = lost
  }

  #grow(): void {
    const numbers = new Float64Array(2 * this.numbers.length)
    numbers.set(this.numbers)
    this.numbers = numbers
    if (this.isPlain) return
    const lost = new Float64Array(numbers.length)
    lost.set(this.lost)
    this.lost = lost
  }

  #resultOf(shape: NumberShape, base: number): unknown {
    if (shape.kind !== 'object') return this.#leafAt(shape, base)
    const object: Record<string, unknown> = {}
    for (const [name, field] of shape.fields) setField(object, name, this.#resultOf(field, base))
    return object
  }

  #leafAt({ kind, at }: NumberLeaf, base: number): number {
    switch (kind) {
      case 'sum':
        return this.sumAt(base + at)
      case 'average':
        return this.sumAt(base + at) / this.numbers[base + at + 1]!
      default:
        return this.numbers[base + at]!
    }
  }
}

const corrupt = (): MillraceError => new MillraceError('SNAPSHOT_CORRUPT', 'the columns of a table of numbers do not belong together')
