/** Writes numbers, strings and plain values into a growing array of bytes; `ByteReader` reads them in the same order. */
import { MillraceError } from '../errors.ts'
import { Part } from './part.ts'
import { isPlainArray, isPlainObject } from './plain.ts'
import { nestingMax, refused } from './refusal.ts'
import { elementKindOf, isExactly, notTransferable } from './transferable.ts'
import { bytesMax, oneByte, tag, twoBytes } from './wire.ts'

/** Longer strings are checked first and copied by the engine; shorter ones are quicker copied here. */
const copiedHereMax = 32

/** A larger array is given back after `finish` instead of being kept for the next value. */
const keptBytesMax = 2 ** 20

const varintBytesMax = 8
const wide = /[^\u0000-\u00ff]/

/**
 * A growing array of bytes. What it cannot write throws `VALUE_NOT_TRANSFERABLE` and leaves it as it was before the call.
 * Objects referred to twice are written twice; holes of arrays become `undefined`; a Buffer becomes a Uint8Array.
 * @example
 * const writer = new ByteWriter()
 * writer.varint(2)
 * writer.value({ word: 'mill', count: 3 })
 * const bytes = writer.finish()
 */
export class ByteWriter {
  #bytes: Buffer
  #view: DataView
  #length = 0

  constructor(capacityBytes = 256) {
    this.#bytes = Buffer.allocUnsafeSlow(capacityBytes)
    this.#view = viewOf(this.#bytes)
  }

  /** Bytes written so far. */
  get length(): number {
    return this.#length
  }

  /** Makes room for about so many bytes, so that they are not moved as the array grows. */
  reserve(bytes: number): void {
    if (this.#length + bytes <= bytesMax) this.#reserve(bytes)
  }

  u8(value: number): void {
    if ((value & 0xff) !== value) throw outOfRange(value, 'a byte')
    this.#byte(value)
  }

  u32(value: number): void {
    if (value >>> 0 !== value) throw outOfRange(value, 'an unsigned 32-bit integer')
    this.#reserve(4)
    this.#view.setUint32(this.#length, value, true)
    this.#length += 4
  }

  i32(value: number): void {
    if ((value | 0) !== value) throw outOfRange(value, 'a 32-bit integer')
    this.#reserve(4)
    this.#view.setInt32(this.#length, value, true)
    this.#length += 4
  }

  /** A non-negative safe integer in 1 to 8 bytes. */
  varint(value: number): void {
    if (!Number.isSafeInteger(value) || value < 0) throw outOfRange(value, 'a non-negative safe integer')
    this.#varint(value)
  }

  f64(value: number): void {
    this.#reserve(8)
    this.#view.setFloat64(this.#length, value, true)
    this.#length += 8
  }

  /** Any string, lone surrogates too. */
  string(value: string): void {
    const length = value.length
    if (length > copiedHereMax) return this.#longString(value)
    this.#reserve(varintBytesMax + 2 * length)
    const bytes = this.#bytes
    const start = this.#length
    bytes[start] = (length << 1) | oneByte
    for (let i = 0; i < length; i++) {
      const unit = value.charCodeAt(i)
      if (unit > 0xff) return this.#shortWideString(value)
      bytes[start + 1 + i] = unit
    }
    this.#length = start + 1 + length
  }

  /** Their count, then the bytes. */
  bytes(value: Uint8Array): void {
    this.#varint(value.length)
    this.#reserve(value.length)
    this.#bytes.set(value, this.#length)
    this.#length += value.length
  }

  /** The first `length` numbers of `array`, eight bytes each. */
  f64s(array: ArrayLike<number>, length: number = array.length): void {
    if (!(length <= array.length)) throw outOfRange(length, 'a length within the array')
    this.varint(length)
    this.#reserve(8 * length)
    const at = this.#length
    if (array instanceof Float64Array) this.#bytes.set(new Uint8Array(array.buffer, array.byteOffset, 8 * length), at)
    else for (let i = 0; i < length; i++) this.#view.setFloat64(at + 8 * i, array[i]!, true)
    this.#length = at + 8 * length
  }

  /** The first `length` numbers of `array`, four bytes each; the caller vouches that they are int32. */
  i32s(array: ArrayLike<number>, length: number = array.length): void {
    if (!(length <= array.length)) throw outOfRange(length, 'a length within the array')
    this.varint(length)
    this.#reserve(4 * length)
    const at = this.#length
    if (array instanceof Int32Array) this.#bytes.set(new Uint8Array(array.buffer, array.byteOffset, 4 * length), at)
    else for (let i = 0; i < length; i++) this.#view.setInt32(at + 4 * i, array[i]!, true)
    this.#length = at + 4 * length
  }

  /**
   * Any plain value: primitives but symbols, arrays, plain objects, Date, Map, Set, RegExp, typed arrays, ArrayBuffer.
   * @throws VALUE_NOT_TRANSFERABLE naming the part that is something else, a cycle, or nested more than 1,000 levels deep
   */
  value(value: unknown): void {
    const start = this.#length
    try {
      this.#value(value, 0)
    } catch (error) {
      this.#length = start
      throw error === refused ? notTransferable(value) : error
    }
  }

  /** What was written, in an array of its own; the writer is empty again. */
  finish(): Uint8Array<ArrayBuffer> {
    const bytes = this.#bytes
    const length = this.#length
    this.#length = 0
    if (bytes.length > keptBytesMax) {
      this.#bytes = Buffer.allocUnsafeSlow(256)
      this.#view = viewOf(this.#bytes)
      // Handed over as it is, unless too much of it is unused.
      if (8 * length > 7 * bytes.length) return new Uint8Array(bytes.buffer as ArrayBuffer, 0, length)
    }
    const written = new Uint8Array(length)
    written.set(bytes.subarray(0, length))
    return written
  }

  #value(value: unknown, depth: number): void {
    switch (typeof value) {
      case 'number':
        return this.#number(value)
      case 'string':
        this.#byte(tag.string)
        return this.string(value)
      case 'object':
        return value === null ? this.#byte(tag.null) : this.#object(value, depth)
      case 'boolean':
        return this.#byte(value ? tag.true : tag.false)
      case 'undefined':
        return this.#byte(tag.undefined)
      case 'bigint':
        return this.#bigint(value)
      default:
        throw refused
    }
  }

  #number(value: number): void {
    this.#reserve(9)
    if ((value | 0) === value && (value !== 0 || 1 / value > 0)) {
      this.#bytes[this.#length++] = tag.integer
      this.#varint(((value << 1) ^ (value >> 31)) >>> 0)
    } else if (value === value) {
      this.#bytes[this.#length] = tag.double
      this.#view.setFloat64(this.#length + 1, value, true)
      this.#length += 9
    } else this.#bytes[this.#length++] = tag.notANumber
  }

  #bigint(value: bigint): void {
    if (BigInt.asIntN(64, value) === value) {
      this.#reserve(9)
      this.#bytes[this.#length] = tag.bigint64
      this.#view.setBigInt64(this.#length + 1, value, true)
      this.#length += 9
    } else {
      this.#byte(tag.bigint)
      this.string(value.toString(16))
    }
  }

  #object(value: object, depth: number): void {
    if (depth === nestingMax) throw refused
    if (isPlainArray(value)) {
      this.#byte(tag.array)
      this.#varint(value.length)
      for (let i = 0; i < value.length; i++) this.#value(value[i], depth + 1)
    } else if (isPlainObject(value)) {
      const names = Object.keys(value)
      this.#byte(Object.getPrototypeOf(value) === null ? tag.bareObject : tag.object)
      this.#varint(names.length)
      for (let i = 0; i < names.length; i++) {
        const name = names[i]!
        this.string(name)
        this.#value(value[name], depth + 1)
      }
    } else this.#builtIn(value, depth)
  }

  #builtIn(value: object, depth: number): void {
    const kind = elementKindOf(value)
    if (kind !== undefined) {
      const { buffer, byteOffset, byteLength } = value as ArrayBufferView
      this.#byte(tag.typedArray)
      this.#byte(kind)
      this.bytes(new Uint8Array(buffer, byteOffset, byteLength))
    } else if (isExactly(value, Date)) {
      this.#byte(tag.date)
      this.f64(value.getTime())
    } else if (isExactly(value, Map)) {
      this.#byte(tag.map)
      this.#varint(value.size)
      for (const [key, held] of value) {
        this.#value(key, depth + 1)
        this.#value(held, depth + 1)
      }
    } else if (isExactly(value, Set)) {
      this.#byte(tag.set)
      this.#varint(value.size)
      for (const held of value) this.#value(held, depth + 1)
    } else if (isExactly(value, RegExp)) {
      this.#byte(tag.regExp)
      this.string(value.source)
      this.string(value.flags)
    } else if (isExactly(value, ArrayBuffer)) {
      this.#byte(tag.arrayBuffer)
      this.bytes(new Uint8Array(value))
    } else if (value instanceof Part) {
      this.#byte(tag.part)
      for (const part of [value.numbers, value.lost, value.exact]) this.#value(part, depth + 1)
    } else throw refused
  }

  #byte(value: number): void {
    this.#reserve(1)
    this.#bytes[this.#length++] = value
  }

  #varint(value: number): void {
    this.#reserve(varintBytesMax)
    const bytes = this.#bytes
    let at = this.#length
    while (value > 0x7fffffff) {
      bytes[at++] = (value % 128) | 0x80
      value = Math.floor(value / 128)
    }
    while (value > 0x7f) {
      bytes[at++] = (value & 0x7f) | 0x80
      value >>>= 7
    }
    bytes[at++] = value
    this.#length = at
  }

  #shortWideString(value: string): void {
    this.#varint((value.length << 1) | twoBytes)
    const bytes = this.#bytes
    let at = this.#length
    for (let i = 0; i < value.length; i++) {
      const unit = value.charCodeAt(i)
      bytes[at++] = unit & 0xff
      bytes[at++] = unit >> 8
    }
    this.#length = at
  }

  #longString(value: string): void {
    const form = wide.test(value) ? twoBytes : oneByte
    this.#varint(2 * value.length + form)
    this.#reserve((form + 1) * value.length)
    this.#length += this.#bytes.write(value, this.#length, form === twoBytes ? 'utf16le' : 'latin1')
  }

  #reserve(bytes: number): void {
    const needed = this.#length + bytes
    if (needed > this.#bytes.length) this.#grow(needed)
  }

  #grow(needed: number): void {
    if (needed > bytesMax) throw new MillraceError('VALUE_NOT_TRANSFERABLE', `what is written exceeds ${bytesMax} bytes`)
    const grown = Buffer.allocUnsafeSlow(Math.min(bytesMax, Math.max(needed, 2 * this.#bytes.length)))
    grown.set(this.#bytes.subarray(0, this.#length))
    this.#bytes = grown
    this.#view = viewOf(grown)
  }
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

const outOfRange = (value: number, wanted: string): MillraceError =>
  new MillraceError('VALUE_NOT_TRANSFERABLE', `${value} is not ${wanted}`)
