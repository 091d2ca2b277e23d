/** How state that is kept for each key is stored and found again, whatever it is that is kept. */
import type { ByteReader } from '../state/byte-reader.ts'
import type { ByteWriter } from '../state/byte-writer.ts'
import { MillraceError } from '../errors.ts'
import { keyGroup } from '../state/key-group.ts'
import type { KeyIndex } from '../state/key-index.ts'
import { keyHash } from '../state/key.ts'
import type { RestoreScope } from './operator.ts'

/** Writes the keys in slot order: their groups as a column, then each key followed by what `writeSlot` writes. */
export const writeKeyed = (writer: ByteWriter, index: KeyIndex, maxParallelism: number, writeSlot: (slot: number) => void): void => {
  const groups = new Int32Array(index.size)
  for (let slot = 0; slot < groups.length; slot++) groups[slot] = keyGroup(keyHash(index.keyAt(slot)), maxParallelism)
  writer.i32s(groups)
  for (let slot = 0; slot < groups.length; slot++) {
    writer.value(index.keyAt(slot))
    writeSlot(slot)
  }
}

/**
 * Reads what `writeKeyed` wrote. `readSlot` reads what follows a key, also of keys that are not this instance's; `put` gets those that are:
 * in the order written at the same parallelism, else by key group ascending, each group in its own order.
 */
export const readKeyed = <V>(scope: RestoreScope, readSlot: (reader: ByteReader) => V, put: (key: unknown, held: V) => void): void => {
  const moved: { group: number; key: unknown; held: V }[] = []
  for (const { reader } of scope.parts) {
    for (const group of reader.i32s()) {
      const key = reader.value()
      const held = readSlot(reader)
      if (scope.same) put(key, held)
      else if (scope.owns(group)) moved.push({ group, key, held })
    }
  }
  moved.sort((a, b) => a.group - b.group)
  for (const { key, held } of moved) put(key, held)
}

/** The one part of state that belongs to an instance and cannot be dealt out anew. */
export const ownPart = (scope: RestoreScope, stage: string): ByteReader => {
  const part = scope.parts[0]
  if (scope.same && part !== undefined) return part.reader
  throw new MillraceError('SNAPSHOT_INCOMPATIBLE', `the state of ${stage} belongs to one instance and cannot be divided`, {
    next: 'Run it at the parallelism it was stored at, or start anew with restore: none.',
  })
}
