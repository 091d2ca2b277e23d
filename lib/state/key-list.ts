/** Keys in a snapshot: how many, of what kind, then runs of them, each behind its key groups. */
import { MillraceError } from '../errors.ts'
import { ByteReader } from './byte-reader.ts'
import { ByteWriter } from './byte-writer.ts'
import { keyGroup } from './key-group.ts'
import { keyHash } from './key.ts'

/** Keys of one run: what is written in one piece. */
export const runKeys = 16_384

const kinds = { integers: 0, values: 1 } as const

/** Group of the key; a stream without keys (`null`) is in the first one. */
export const groupOf = (key: unknown, maxParallelism: number): number => (key === null ? 0 : keyGroup(keyHash(key), maxParallelism))

/** What a list of keys that only grows is as bytes: found out once for each key, and for each whole run. */
export class KeyBytes {
  readonly #maxParallelism: number
  #groups = new Uint16Array(0)
  #known = 0
  /** Whole runs of keys, written as values. */
  readonly #runs: Uint8Array[] = []
  #runBytes = 0

  constructor(maxParallelism: number) {
    this.#maxParallelism = maxParallelism
  }

  /** Groups of the keys `from` up to `to`. */
  groups(keys: readonly unknown[], from: number, to: number): Uint8Array {
    if (to > this.#groups.length) {
      const groups = new Uint16Array(Math.max(to, 2 * this.#groups.length))
      groups.set(this.#groups)
      this.#groups = groups
    }
    const groups = this.#groups
    while (this.#known < to) {
      groups[this.#known] = groupOf(keys[this.#known], this.#maxParallelism)
      this.#known++
    }
    return new Uint8Array(groups.buffer, 2 * from, 2 * (to - from))
  }

  /** The keys from `from`, the beginning of a run, up to `to`. */
  values(keys: readonly unknown[], from: number, to: number): Uint8Array {
    const isWhole = to - from === runKeys
    const run = from / runKeys
    if (isWhole && this.#runs[run] !== undefined) return this.#runs[run]
    const writer = new ByteWriter(Math.ceil(this.bytesEach * (to - from)))
    for (let slot = from; slot < to; slot++) writer.value(keys[slot])
    const bytes = writer.finish()
    if (isWhole) {
      this.#runs[run] = bytes
      this.#runBytes += bytes.length
    }
    return bytes
  }

  /** About as many bytes each of the keys takes as a value. */
  get bytesEach(): number {
    const runs = this.#runs.length
    return runs === 0 ? 16 : (1.01 * this.#runBytes) / (runs * runKeys)
  }
}

const integers = new Int32Array(runKeys)

export interface KeyListParts {
  /** More may be appended later. */
  readonly keys: readonly unknown[]
  readonly size: number
  /** Whether all of them are int32. */
  readonly isIntegers: boolean
  readonly bytes: KeyBytes
}

/** The keys that an index had at some moment, to be written bit by bit while it takes more. */
export class KeyList {
  readonly #parts: KeyListParts
  /** −1: not even how many there are. */
  #written = -1

  constructor(parts: KeyListParts) {
    this.#parts = parts
  }

  get size(): number {
    return this.#parts.size
  }

  /** About as many bytes will be written. */
  get bytes(): number {
    const { size, isIntegers, bytes } = this.#parts
    return 32 + Math.ceil(size * (2 + (isIntegers ? 4 : bytes.bytesEach))) + 16 * Math.ceil(size / runKeys)
  }

  /** Writes one run more. True: that was the last. */
  writeSome(writer: ByteWriter): boolean {
    const { keys, size, isIntegers, bytes } = this.#parts
    if (this.#written < 0) {
      writer.varint(size)
      writer.u8(isIntegers ? kinds.integers : kinds.values)
      this.#written = 0
    }
    const from = this.#written
    const to = Math.min(size, from + runKeys)
    this.#written = to
    if (from === to) return true
    writer.bytes(bytes.groups(keys, from, to))
    if (isIntegers) {
      for (let slot = from; slot < to; slot++) integers[slot - from] = keys[slot] as number
      writer.i32s(integers, to - from)
    } else writer.bytes(bytes.values(keys, from, to))
    return to === size
  }
}

export interface StoredKeys {
  readonly keys: ArrayLike<unknown>
  readonly groups: Uint16Array
}

/** Reads what a `KeyList` wrote. */
export const readKeys = (reader: ByteReader): StoredKeys => {
  const size = reader.varint()
  const isIntegers = reader.u8() === kinds.integers
  const groupRuns: Uint16Array[] = []
  const keyRuns: ArrayLike<unknown>[] = []
  for (let read = 0; read < size; ) {
    const groups = groupsIn(reader.bytes())
    const keys = isIntegers ? reader.i32s() : valuesIn(reader.bytes(), groups.length)
    read += groups.length
    if (groups.length === 0 || keys.length !== groups.length || read > size) throw new MillraceError('SNAPSHOT_CORRUPT', 'a run of keys has another length than its groups')
    groupRuns.push(groups)
    keyRuns.push(keys)
  }
  const groups = new Uint16Array(size)
  const keys: Int32Array | unknown[] = isIntegers ? new Int32Array(size) : []
  let at = 0
  for (const [i, run] of keyRuns.entries()) {
    groups.set(groupRuns[i]!, at)
    for (let k = 0; k < run.length; k++) keys[at + k] = run[k] as number
    at += run.length
  }
  return { keys, groups }
}

const groupsIn = (bytes: Uint8Array): Uint16Array => {
  if (bytes.length % 2 !== 0) throw new MillraceError('SNAPSHOT_CORRUPT', 'key groups end within one')
  return new Uint16Array(bytes.slice().buffer)
}

const valuesIn = (bytes: Uint8Array, count: number): unknown[] => {
  const reader = new ByteReader(bytes)
  const values = Array.from({ length: count }, () => reader.value())
  reader.end()
  return values
}

/** What one instance has stored: `held` for `keys[i]` is what `put` makes of `i`. */
export interface StoredPart<H> extends StoredKeys {
  readonly held: H
}

export interface Owner {
  /** Same parallelism as when written. */
  readonly same: boolean
  owns(group: number): boolean
}

/** Puts the keys that are this instance's: in the order written at the same parallelism, else by group ascending, each in its own order. */
export const putOwned = <H>(parts: readonly StoredPart<H>[], owner: Owner, put: (key: unknown, held: H, slot: number) => void): void => {
  const moved: { readonly group: number; readonly part: StoredPart<H>; readonly slot: number }[] = []
  for (const part of parts) {
    const { keys, groups, held } = part
    for (let slot = 0; slot < groups.length; slot++) {
      if (owner.same) put(keys[slot], held, slot)
      else if (owner.owns(groups[slot]!)) moved.push({ group: groups[slot]!, part, slot })
    }
  }
  moved.sort((a, b) => a.group - b.group)
  for (const { part, slot } of moved) put(part.keys[slot], part.held, slot)
}
