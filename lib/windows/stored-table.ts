/** A table in a snapshot: as columns where it has some, else slot after slot. */
import type { ByteReader } from '../state/byte-reader.ts'
import type { ByteWriter } from '../state/byte-writer.ts'
import type { AggregateTable } from './table.ts'

/** `more`: about as many bytes will follow. */
export const writeTable = (writer: ByteWriter, table: AggregateTable, more: number): void => {
  if (table.writeAll !== undefined) return table.writeAll(writer, more)
  writer.varint(table.size)
  for (let slot = 0; slot < table.size; slot++) table.write(writer, slot)
}

/** Reads what `writeTable` wrote into an empty table of the same layout. */
export const readTable = <T extends AggregateTable>(reader: ByteReader, table: T): T => {
  if (table.readAll !== undefined) table.readAll(reader)
  else for (let left = reader.varint(); left > 0; left--) table.read(reader)
  return table
}
