/**
 * The folder of one checkpoint: RUN-CHECKPOINT/{chunks.bin, chunks-WRITER.bin …, manifest.json}.
 *
 * Threads write chunk files of their own, each under a name that was never given before: one that comes late, when its checkpoint has been
 * given up, can harm no file of another, and a file that no manifest names is nothing.
 */
import type { Env } from '../../env/env.ts'
import type { Files } from '../../env/files.ts'
import { MillraceError } from '../../errors.ts'
import { packChunks, unpackChunks } from '../chunk-file.ts'
import type { ChunkFile } from '../chunk-file.ts'
import type { CheckpointNumbers, StoredChunk } from '../store.ts'

export const CHUNKS = 'chunks.bin'
export const MANIFEST = 'manifest.json'

const CHUNK_FILE = /^chunks(-\d+-[0-9a-z]+)?\.bin$/

export const nameFor = ({ run, checkpoint }: CheckpointNumbers): string => `${String(run).padStart(6, '0')}-${String(checkpoint).padStart(8, '0')}`

export const codeOf = (error: unknown): unknown => (typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined)

export const describe = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** A file that is gone, is no file, or lies on a bad sector. */
export const isDamage = (error: unknown): boolean => ['ENOENT', 'ENOTDIR', 'EISDIR', 'EIO'].includes(String(codeOf(error)))

/** Waits for a turn of the event loop. */
export const othersFirst = (env: Env): Promise<void> => new Promise((done) => env.scheduler.soon(done))

/** Writes all of a file that is not there yet, or is to be emptied, and makes its content durable; its name is not. */
const writeParts = async (files: Files, path: string, mode: 'create' | 'exclusive', parts: readonly Uint8Array[]): Promise<void> => {
  const file = await files.open(path, mode)
  try {
    let at = 0
    for (const part of parts) {
      await file.write(part, at)
      at += part.length
    }
    await file.sync()
  } finally {
    await file.close()
  }
}

/** The error of a file, said with its path. */
const said = (path: string, error: unknown): Error => Object.assign(new Error(`${path}: ${describe(error)}`, { cause: error }), { code: codeOf(error) })

/** Writes a file under another name, then gives it its own, durably. */
export const writeDurably = async (files: Files, folder: string, name: string, parts: readonly Uint8Array[]): Promise<void> => {
  const path = `${folder}/${name}`
  try {
    await writeParts(files, `${path}.tmp`, 'create', parts)
    await files.rename(`${path}.tmp`, path)
    await files.syncFolder(folder)
  } catch (error) {
    throw said(path, error)
  }
}

/**
 * Writes chunks into a file of their own in the folder of a checkpoint, which need not be there yet. Resolves once the file and its name
 * are durable; that the folder's own name becomes so is left to whoever writes the manifest.
 *
 * `home`: where the folders of checkpoints are; `writer`: a whole number that no other thread of this process has.
 */
export const writeChunkFile = async (env: Env, home: string, numbers: CheckpointNumbers, writer: number, chunks: readonly StoredChunk[]): Promise<ChunkFile> => {
  const { files, random } = env
  const folder = `${home}/${nameFor(numbers)}`
  const name = `chunks-${writer}-${Math.floor(random.next() * 2 ** 52).toString(36)}.bin`
  const packed = await packChunks(chunks, () => othersFirst(env))
  try {
    await files.createFolder(folder)
    await writeParts(files, `${folder}/${name}`, 'exclusive', packed.parts)
    await files.syncFolder(folder)
  } catch (error) {
    throw said(`${folder}/${name}`, error)
  }
  return { name, length: packed.length, chunks: packed.entries }
}

/** @throws SNAPSHOT_CORRUPT, naming the file and what differs */
export const readChunkFile = async (files: Files, folder: string, { name, length, chunks }: ChunkFile): Promise<StoredChunk[]> => {
  const path = `${folder}/${name}`
  const corrupt = (what: string, cause?: unknown): MillraceError => new MillraceError('SNAPSHOT_CORRUPT', `${path}: ${what}`, { cause })
  if (!CHUNK_FILE.test(name)) throw corrupt('it is no name of a file of chunks')
  const bytes = await files.readFile(path).catch((error: unknown) => {
    throw isDamage(error) ? corrupt(describe(error), error) : error
  })
  if (bytes.length !== length) throw corrupt(`it has ${bytes.length} bytes and had ${length}`)
  return unpackChunks(path, bytes, chunks)
}
