/** One plain value as bytes and back: a version byte, then the value. */
import { MillraceError } from '../errors.ts'
import { ByteReader } from './byte-reader.ts'
import { ByteWriter } from './byte-writer.ts'
import { wireVersion } from './wire.ts'

// Taken away while in use: a getter of the value may itself encode something.
let spare: ByteWriter | undefined

/**
 * The bytes of a plain value; see `ByteWriter.value` for what can be written. Equal values with fields in the same order have equal bytes.
 * @throws VALUE_NOT_TRANSFERABLE
 * @example
 * decodeValue(encodeValue(new Map([['mill', -0]])))
 */
export const encodeValue = (value: unknown): Uint8Array<ArrayBuffer> => {
  const writer = spare ?? new ByteWriter()
  spare = undefined
  writer.u8(wireVersion)
  writer.value(value)
  const bytes = writer.finish()
  spare = writer
  return bytes
}

/**
 * The value that `encodeValue` made these bytes of.
 * @throws SNAPSHOT_CORRUPT for any other bytes that do not happen to be such a value
 */
export const decodeValue = (bytes: Uint8Array): unknown => {
  const reader = new ByteReader(bytes)
  const version = reader.u8()
  if (version !== wireVersion) {
    throw new MillraceError('SNAPSHOT_CORRUPT', `a value is of format version ${version}, this release reads ${wireVersion}`)
  }
  const value = reader.value()
  reader.end()
  return value
}
