/**
 * Chunks in a file, each framed: magic, version, name, CRC-32, length. The manifest says what each frame has to be, so that nothing is
 * parsed: bytes are compared, then summed, then hashed.
 */
import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { MillraceError } from '../errors.ts'
import { ByteWriter } from '../state/byte-writer.ts'
import type { StoredChunk } from './store.ts'

const MAGIC = 0x6d_6c_72_63
const VERSION = 1

export interface ChunkEntry {
  readonly name: string
  /** Where the content begins, behind its frame. */
  readonly offset: number
  readonly length: number
  readonly crc: number
  readonly sha256: string
}

/** A file of a checkpoint's folder, as the manifest names it. Plain data: it is told from thread to thread. */
export interface ChunkFile {
  readonly name: string
  readonly length: number
  /** In their order in the file. */
  readonly chunks: readonly ChunkEntry[]
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

const frameOf = ({ name, crc, length }: Pick<ChunkEntry, 'name' | 'crc' | 'length'>): Uint8Array => {
  const writer = new ByteWriter()
  writer.u32(MAGIC)
  writer.u8(VERSION)
  writer.string(name)
  writer.u32(crc)
  writer.varint(length)
  return writer.finish()
}

/** Bytes that are hashed before others have their turn: about two milliseconds. */
const PIECE_BYTES = 2 ** 20
/** Smaller parts are copied together, so that they take one write. */
const SMALL_BYTES = 2 ** 16

export interface PackedChunks {
  /** The content of the file, in order. */
  readonly parts: readonly Uint8Array[]
  readonly entries: readonly ChunkEntry[]
  readonly length: number
}

/** `rest` is waited for between pieces of large chunks. */
export const packChunks = async (chunks: readonly StoredChunk[], rest: () => Promise<void>): Promise<PackedChunks> => {
  const parts: Uint8Array[] = []
  const entries: ChunkEntry[] = []
  let length = 0
  let sinceRest = 0
  for (const { name, bytes } of chunks) {
    const hash = createHash('sha256')
    let crc = 0
    for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
      const piece = bytes.subarray(at, at + PIECE_BYTES)
      if (sinceRest > 0 && sinceRest + piece.length > PIECE_BYTES) {
        await rest()
        sinceRest = 0
      }
      crc = crc32(piece, crc)
      hash.update(piece)
      sinceRest += piece.length
    }
    const facts = { name, length: bytes.length, crc }
    const frame = frameOf(facts)
    parts.push(frame, bytes)
    entries.push({ ...facts, offset: length + frame.length, sha256: hash.digest('hex') })
    length += frame.length + bytes.length
  }
  return { parts: joinedWhereSmall(parts), entries, length }
}

const joinedWhereSmall = (parts: readonly Uint8Array[]): Uint8Array[] => {
  const joined: Uint8Array[] = []
  let small: Uint8Array[] = []
  const join = (): void => {
    if (small.length > 0) joined.push(Buffer.concat(small))
    small = []
  }
  for (const part of parts) {
    if (part.length < SMALL_BYTES) small.push(part)
    else {
      join()
      joined.push(part)
    }
  }
  join()
  return joined
}

/** @throws SNAPSHOT_CORRUPT, naming the file and what differs */
export const unpackChunks = (file: string, bytes: Uint8Array, entries: readonly ChunkEntry[]): StoredChunk[] => {
  const corrupt = (what: string): MillraceError => new MillraceError('SNAPSHOT_CORRUPT', `${file}: ${what}`)
  let at = 0
  const chunks = entries.map((entry): StoredChunk => {
    const { name, offset, length } = entry
    const end = offset + length
    if (end > bytes.length) throw corrupt(`it ends at byte ${bytes.length}, within chunk '${name}'`)
    if (Buffer.compare(bytes.subarray(at, offset), frameOf(entry)) !== 0) throw corrupt(`the frame of chunk '${name}' at byte ${at} differs`)
    const content = bytes.subarray(offset, end)
    if (crc32(content) !== entry.crc) throw corrupt(`chunk '${name}' does not have its CRC-32`)
    if (sha256(content) !== entry.sha256) throw corrupt(`chunk '${name}' does not have its SHA-256`)
    at = end
    return { name, bytes: content }
  })
  if (at < bytes.length) throw corrupt(`${bytes.length - at} bytes follow the last chunk`)
  return chunks
}
