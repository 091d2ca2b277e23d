/** The manifest of a checkpoint: what it holds, and hashes of all of it, its own included. */
import { createHash } from 'node:crypto'
import stableStringify from 'fast-json-stable-stringify'
import { MillraceError } from '../errors.ts'
import type { ChunkFile } from './chunk-file.ts'
import type { CheckpointFacts } from './store.ts'

const VERSION = 2

export interface ManifestBody extends CheckpointFacts {
  /** All that belong to the checkpoint: whatever else lies in its folder does not count. */
  readonly files: readonly ChunkFile[]
}

/** Of every version, so that a damaged version is told from a newer one. */
const hashOf = (body: unknown, version: unknown): string => createHash('sha256').update(stableStringify({ body, version })).digest('hex')

export const encodeManifest = (body: ManifestBody): Uint8Array =>
  new TextEncoder().encode(`${stableStringify({ body, sha256: hashOf(body, VERSION), version: VERSION })}\n`)

/** @throws SNAPSHOT_CORRUPT; SNAPSHOT_INCOMPATIBLE for a version this one does not know */
export const decodeManifest = (file: string, bytes: Uint8Array): ManifestBody => {
  const corrupt = (what: string): MillraceError => new MillraceError('SNAPSHOT_CORRUPT', `${file}: ${what}`)
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw corrupt('it is not UTF-8')
  }
  let outer: unknown
  try {
    outer = JSON.parse(text)
  } catch {
    throw corrupt('it is not JSON')
  }
  if (typeof outer !== 'object' || outer === null || !('body' in outer) || !('sha256' in outer) || !('version' in outer)) throw corrupt('it is no manifest')
  const { body, sha256, version } = outer
  // The text has to be exactly what would be written, so that no byte of it can differ unnoticed.
  if (`${stableStringify(outer)}\n` !== text) throw corrupt('it is not in the form it was written in')
  if (hashOf(body, version) !== sha256) throw corrupt('it does not have its SHA-256')
  if (version !== VERSION)
    throw new MillraceError('SNAPSHOT_INCOMPATIBLE', `${file}: version ${String(version)} of the format is not known`, { next: 'Use the version of Millrace that wrote it.' })
  return body as ManifestBody
}
