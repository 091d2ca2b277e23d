/** Sessions in a snapshot: their key groups and lengths as columns, then the entries end to end. */
import type { RestoreScope } from '../operators/operator.ts'
import { ByteReader } from '../state/byte-reader.ts'
import { ByteWriter } from '../state/byte-writer.ts'

const scratch = new ByteWriter()

export const writeEntries = (
  writer: ByteWriter,
  size: number,
  groupAt: (slot: number) => number,
  write: (writer: ByteWriter, slot: number) => void,
): void => {
  const groups = new Int32Array(size)
  const lengths = new Int32Array(size)
  try {
    for (let slot = 0; slot < size; slot++) {
      const start = scratch.length
      groups[slot] = groupAt(slot)
      write(scratch, slot)
      lengths[slot] = scratch.length - start
    }
  } catch (error) {
    scratch.finish()
    throw error
  }
  writer.i32s(groups)
  writer.i32s(lengths)
  writer.bytes(scratch.finish())
}

/** One entry, yet to be read. */
export interface StoredEntry {
  readonly group: number
  readonly reader: ByteReader
}

/** The entries that this instance owns, as they were written. */
export const readEntries = (reader: ByteReader, scope: RestoreScope): StoredEntry[] => {
  const groups = reader.i32s()
  const lengths = reader.i32s()
  const bytes = reader.bytes()
  const entries: StoredEntry[] = []
  let at = 0
  for (let i = 0; i < groups.length; i++) {
    const group = groups[i]!
    const next = at + (lengths[i] ?? 0)
    if (scope.same || scope.owns(group)) entries.push({ group, reader: new ByteReader(bytes.subarray(at, next)) })
    at = next
  }
  return entries
}
