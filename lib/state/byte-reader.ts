/** Reads what a `ByteWriter` wrote; whatever the bytes are, it ends in a value or in SNAPSHOT_CORRUPT. */
import { MillraceError } from '../errors.ts'
import { Part } from './part.ts'
import { setField } from './plain.ts'
import { nestingMax } from './refusal.ts'
import { elementKinds, type TypedArray } from './transferable.ts'
import { tag, twoBytes } from './wire.ts'

/** The longest string that V8 can hold. */
const stringLengthMax = 2 ** 29 - 24

const cachedNameMax = 24
const cachedNames = 512

/**
 * Reads from the front of `bytes`. Counts are checked against the bytes that are left before anything is made of them.
 * Every method throws `SNAPSHOT_CORRUPT` where the bytes end early or do not say what was asked for.
 * @example
 * const reader = new ByteReader(bytes)
 * const count = reader.varint()
 * const first = reader.value()
 * reader.end()
 */
export class ByteReader {
  readonly #bytes: Buffer
  readonly #view: DataView
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  /** Bytes not read yet. */
  get remaining(): number {
    return this.#bytes.length - this.#at
  }

  /** Checks that everything has been read. */
  end(): void {
    if (this.remaining > 0) throw this.#corrupt(`${this.remaining} bytes too many`)
  }

  u8(): number {
    return this.#bytes[this.#take(1)]!
  }

  u32(): number {
    return this.#view.getUint32(this.#take(4), true)
  }

  i32(): number {
    return this.#view.getInt32(this.#take(4), true)
  }

  varint(): number {
    const first = this.u8()
    if (first < 0x80) return first
    let value = first & 0x7f
    let weight = 128
    for (;;) {
      const byte = this.u8()
      value += (byte & 0x7f) * weight
      if (value > Number.MAX_SAFE_INTEGER) throw this.#corrupt('a number is too large')
      if (byte === 0) throw this.#corrupt('a number is longer than it needs to be')
      if (byte < 0x80) return value
      weight *= 128
    }
  }

  f64(): number {
    return this.#view.getFloat64(this.#take(8), true)
  }

  string(): string {
    const head = this.varint()
    const wide = head % 2 === twoBytes
    const length = Math.floor(head / 2)
    const at = this.#take(wide ? 2 * length : length)
    if (length > stringLengthMax) throw this.#corrupt('a string is too long')
    return wide ? this.#bytes.toString('utf16le', at, this.#at) : this.#bytes.toString('latin1', at, this.#at)
  }

  /** A view into the bytes that are read from, not a copy. */
  bytes(): Uint8Array {
    const length = this.varint()
    const at = this.#take(length)
    return new Uint8Array(this.#bytes.buffer, this.#bytes.byteOffset + at, length)
  }

  f64s(): Float64Array<ArrayBuffer> {
    return new Float64Array(this.#numbers(8))
  }

  i32s(): Int32Array<ArrayBuffer> {
    return new Int32Array(this.#numbers(4))
  }

  value(): unknown {
    return this.#value(0)
  }

  #value(depth: number): unknown {
    const kind = this.u8()
    switch (kind) {
      case tag.integer: {
        const zigzag = this.varint()
        if (zigzag > 0xffffffff) throw this.#corrupt('an integer is too large')
        return (zigzag >>> 1) ^ -(zigzag & 1)
      }
      case tag.double:
        return this.f64()
      case tag.string:
        return this.string()
      case tag.undefined:
        return undefined
      case tag.null:
        return null
      case tag.false:
        return false
      case tag.true:
        return true
      case tag.notANumber:
        return NaN
      case tag.bigint64:
        return this.#view.getBigInt64(this.#take(8), true)
      case tag.bigint:
        return this.#bigint()
      default:
        if (depth === nestingMax) throw this.#corrupt(`values are nested more than ${nestingMax} levels deep`)
        return this.#container(kind, depth + 1)
    }
  }

  #container(kind: number, depth: number): unknown {
    switch (kind) {
      case tag.object:
        return this.#fields({}, depth)
      case tag.bareObject:
        return this.#fields(Object.create(null) as Record<string, unknown>, depth)
      case tag.array: {
        const array: unknown[] = []
        for (let left = this.#count(1); left > 0; left--) array.push(this.#value(depth))
        return array
      }
      case tag.map: {
        const map = new Map<unknown, unknown>()
        const count = this.#count(2)
        for (let i = 0; i < count; i++) map.set(this.#value(depth), this.#value(depth))
        if (map.size !== count) throw this.#corrupt('a Map has one key twice')
        return map
      }
      case tag.set: {
        const set = new Set<unknown>()
        const count = this.#count(1)
        for (let i = 0; i < count; i++) set.add(this.#value(depth))
        if (set.size !== count) throw this.#corrupt('a Set has one member twice')
        return set
      }
      case tag.date: {
        const time = this.f64()
        const date = new Date(time)
        if (!Object.is(date.getTime(), time)) throw this.#corrupt('a Date is out of range')
        return date
      }
      case tag.regExp:
        return this.#regExp()
      case tag.typedArray:
        return this.#typedArray()
      case tag.arrayBuffer:
        return this.bytes().slice().buffer
      case tag.part: {
        const [numbers, lost, exact] = [this.#value(depth), this.#value(depth), this.#value(depth)]
        return new Part(numbers as Part['numbers'], lost as Part['lost'], exact as Part['exact'])
      }
      default:
        throw this.#corrupt(`${kind} is no kind of value`)
    }
  }

  #fields(object: Record<string, unknown>, depth: number): Record<string, unknown> {
    for (let left = this.#count(2); left > 0; left--) {
      const name = this.#name()
      const value = this.#value(depth)
      if (name.length === 9) setField(object, name, value)
      else object[name] = value
    }
    return object
  }

  /** A field's name: the same few come again and again, so that short ones are looked up before a string is made. */
  #name(): string {
    const bytes = this.#bytes
    const start = this.#at
    const head = bytes[start]
    if (head === undefined || head > 2 * cachedNameMax || head % 2 === twoBytes) return this.string()
    const length = head >> 1
    const at = start + 1
    if (at + length > bytes.length) return this.string()
    let hash = length
    for (let i = at; i < at + length; i++) hash = (hash * 31 + bytes[i]!) | 0
    const place = hash & (cachedNames - 1)
    const cached = nameCache[place]
    if (cached !== undefined && cached.length === length) {
      let i = 0
      while (i < length && cached.charCodeAt(i) === bytes[at + i]) i++
      if (i === length) {
        this.#at = at + length
        return cached
      }
    }
    return (nameCache[place] = this.string())
  }

  #bigint(): bigint {
    const text = this.string()
    if (!/^-?[1-9a-f][0-9a-f]*$/.test(text)) throw this.#corrupt('a bigint has other characters than digits')
    try {
      return text.startsWith('-') ? -BigInt(`0x${text.slice(1)}`) : BigInt(`0x${text}`)
    } catch (cause) {
      throw this.#corrupt('a bigint is too large', cause)
    }
  }

  #regExp(): RegExp {
    const source = this.string()
    const flags = this.string()
    try {
      return new RegExp(source, flags)
    } catch (cause) {
      throw this.#corrupt('a RegExp cannot be compiled', cause)
    }
  }

  #typedArray(): TypedArray {
    const Kind = elementKinds[this.u8()]
    if (Kind === undefined) throw this.#corrupt('a typed array is of no kind known here')
    const bytes = this.bytes()
    if (bytes.length % Kind.BYTES_PER_ELEMENT !== 0) throw this.#corrupt('a typed array ends within an element')
    return new Kind(bytes.slice().buffer)
  }

  /** A count of things that take at least `bytesEach` bytes each, as many as can still follow. */
  #count(bytesEach: number): number {
    const count = this.varint()
    if (count * bytesEach > this.remaining) throw this.#corrupt(`${count} values are announced, ${this.remaining} bytes are left`)
    return count
  }

  #numbers(bytesEach: number): ArrayBuffer {
    const length = this.#count(bytesEach) * bytesEach
    const numbers = new Uint8Array(length)
    const at = this.#take(length)
    numbers.set(this.#bytes.subarray(at, at + length))
    return numbers.buffer
  }

  /** Where the next `bytes` bytes begin, having stepped over them. */
  #take(bytes: number): number {
    const at = this.#at
    if (bytes > this.#bytes.length - at) throw this.#corrupt(`${bytes} bytes are announced, ${this.remaining} are left`)
    this.#at = at + bytes
    return at
  }

  #corrupt(what: string, cause?: unknown): MillraceError {
    return new MillraceError('SNAPSHOT_CORRUPT', `${what} (byte ${this.#at} of ${this.#bytes.length})`, { cause })
  }
}

const nameCache: (string | undefined)[] = new Array<string | undefined>(cachedNames).fill(undefined)
