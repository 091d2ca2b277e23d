/** How state that is kept for each key is stored and found again, whatever it is that is kept. */
import type { ByteReader } from '../state/byte-reader.ts'
import { MillraceError } from '../errors.ts'
import type { ByteWriter } from '../state/byte-writer.ts'
import { putOwned, readKeys } from '../state/key-list.ts'
import type { KeyList } from '../state/key-list.ts'
import type { RestoreScope } from './operator.ts'

/** Writes what is held for each key; the keys themselves are left to be written. */
export const writeKeyed = (writer: ByteWriter, keys: KeyList, writeSlot: (slot: number) => void): KeyList => {
  writer.varint(keys.size)
  for (let slot = 0; slot < keys.size; slot++) writeSlot(slot)
  return keys
}

/** Reads what `writeKeyed` wrote in front of the keys. */
export const readSlots = <V>(reader: ByteReader, readSlot: () => V): V[] => {
  const held: V[] = []
  for (let left = reader.varint(); left > 0; left--) held.push(readSlot())
  return held
}

/**
 * Reads what is held for a number of keys, in the order of their slots, then their `KeyList`; `put` gets the keys that are this instance's.
 */
export const readKeyed = <H>(scope: RestoreScope, readHeld: (reader: ByteReader) => H, put: (key: unknown, held: H, slot: number) => void): void => {
  const parts = scope.parts.map(({ reader }) => {
    const held = readHeld(reader)
    return { held, ...readKeys(reader) }
  })
  putOwned(parts, scope, put)
}

/** The one part of state that belongs to an instance and cannot be dealt out anew. */
export const ownPart = (scope: RestoreScope, stage: string): ByteReader => {
  const part = scope.parts[0]
  if (scope.same && part !== undefined) return part.reader
  throw new MillraceError('SNAPSHOT_INCOMPATIBLE', `the state of ${stage} belongs to one instance and cannot be divided`, {
    next: 'Run it at the parallelism it was stored at, or start anew with restore: none.',
  })
}
