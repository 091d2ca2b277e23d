/**
 * The chunks of one checkpoint in one file, each framed: magic, version, name, length, CRC-32. Nothing in a chunk is looked at before its
 * frame and the manifest's SHA-256 agree with it.
 */
import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { MillraceError } from '../errors.ts'
import { ByteReader } from '../state/byte-reader.ts'
import { ByteWriter } from '../state/byte-writer.ts'
import type { StoredChunk } from './store.ts'

const MAGIC = 0x6d_6c_72_63
const VERSION = 1

export interface ChunkEntry {
  readonly name: string
  readonly offset: number
  readonly length: number
  readonly crc: number
  readonly sha256: string
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

export const packChunks = (chunks: readonly StoredChunk[]): { readonly bytes: Uint8Array; readonly entries: ChunkEntry[] } => {
  const writer = new ByteWriter(chunks.reduce((sum, chunk) => sum + chunk.bytes.length + 128, 64))
  const entries = chunks.map(({ name, bytes }) => {
    const crc = crc32(bytes)
    writer.u32(MAGIC)
    writer.u8(VERSION)
    writer.string(name)
    writer.u32(crc)
    writer.bytes(bytes)
    return { name, offset: writer.length - bytes.length, length: bytes.length, crc, sha256: sha256(bytes) }
  })
  return { bytes: writer.finish(), entries }
}

/** @throws SNAPSHOT_CORRUPT, naming the file and the chunk */
export const unpackChunks = (file: string, bytes: Uint8Array, entries: readonly ChunkEntry[]): StoredChunk[] => {
  const corrupt = (what: string): MillraceError => new MillraceError('SNAPSHOT_CORRUPT', `${file}: ${what}`)
  const reader = new ByteReader(bytes)
  const chunks = entries.map((entry): StoredChunk => {
    if (reader.u32() !== MAGIC) throw corrupt(`no chunk begins where '${entry.name}' should`)
    if (reader.u8() !== VERSION) throw corrupt(`chunk '${entry.name}' has an unknown version`)
    const name = reader.string()
    const crc = reader.u32()
    const content = reader.bytes()
    if (name !== entry.name) throw corrupt(`chunk '${name}' stands where '${entry.name}' should`)
    if (content.length !== entry.length || crc !== entry.crc || crc32(content) !== crc) throw corrupt(`chunk '${name}' does not have its checksum`)
    if (sha256(content) !== entry.sha256) throw corrupt(`chunk '${name}' does not have its SHA-256`)
    return { name, bytes: content }
  })
  if (reader.remaining > 0) throw corrupt(`${reader.remaining} bytes follow the last chunk`)
  return chunks
}
