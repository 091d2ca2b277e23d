/**
 * Checkpoints in a folder: FOLDER/TOPOLOGY/RUN-CHECKPOINT/{chunks.bin, manifest.json}, and the chunk files of threads.
 *
 * Write order: chunks under another name, sync, rename, sync of the folder and of the one above; then the manifest likewise, which names
 * all chunk files, those of threads included, which were durable before. A folder without a manifest is an attempt that did not come to its
 * end. Removal goes the other way: the manifest first.
 */
import type { Env } from '../../env/env.ts'
import { createFolderDurably, exists as existsIn } from '../../env/durable-folder.ts'
import { MillraceError, hasCode } from '../../errors.ts'
import { packChunks } from '../chunk-file.ts'
import type { ChunkFile } from '../chunk-file.ts'
import { decodeManifest, encodeManifest } from '../manifest.ts'
import { CheckpointInDoubt } from '../store.ts'
import type { CheckpointData, CheckpointNumbers, DamagedCheckpoint, LatestCheckpoint, OpenStore, SnapshotStore, StoredChunk } from '../store.ts'
import { CHUNKS, MANIFEST, codeOf, describe, isDamage, nameFor, othersFirst, readChunkFile, writeDurably } from './checkpoint-folder.ts'
import { takeLock } from './store-lock.ts'

export interface FileStore extends SnapshotStore {
  readonly kind: 'file'
  readonly folder: string
}

/**
 * Keeps checkpoints in a folder, which is created if it is not there; each topology has its own folder in it. One process at a time.
 *
 * @example await run(topology, { checkpoints: { every: seconds(10), to: fileStore('./checkpoints') } })
 * @throws OPTION_INVALID for an empty path
 */
export const fileStore = (folder: string): FileStore => {
  if (typeof folder !== 'string' || folder === '') throw new MillraceError('OPTION_INVALID', 'fileStore needs the path of a folder')
  return {
    kind: 'file',
    folder,
    open: async (env, topologyId, { keep }) => {
      const path = env.files.resolve(folder)
      const home = `${path}/${topologyId}`
      const lock = await usable(home, async () => {
        await createFolderDurably(env.files, path)
        await createFolderDurably(env.files, home)
        return takeLock(env, home)
      })
      return openStore(env, home, topologyId, keep, () => lock.release())
    },
  }
}

interface Entry {
  readonly name: string
  readonly run: number
  readonly checkpoint: number
}

const openStore = (env: Env, home: string, topologyId: string, keep: number, release: () => Promise<void>): OpenStore => {
  const { files } = env
  /** Found damaged: the next write removes them, for they would count as kept, and lie beside the line that goes on from an older one. */
  const refused = new Set<string>()

  /** Writing and removing, one after the other. */
  let pending: Promise<unknown> = Promise.resolve()
  const inTurn = <T>(step: () => Promise<T>): Promise<T> => {
    const ended = pending.then(step)
    pending = ended.catch(() => undefined)
    return ended
  }

  const entries = async (): Promise<Entry[]> =>
    (await files.list(home))
      .map((name) => /^(\d{6,})-(\d{8,})$/.exec(name))
      .filter((match) => match !== null)
      .map((match) => ({ name: match[0], run: Number(match[1]), checkpoint: Number(match[2]) }))
      .sort((a, b) => a.run - b.run || a.checkpoint - b.checkpoint)

  const exists = (path: string): Promise<boolean> => existsIn(files, path)

  /** Into a folder whose name is durable. */
  const writeTo = async (folder: string, data: CheckpointData, written: readonly ChunkFile[]): Promise<{ bytes: number }> => {
    const { chunks, ...facts } = data
    const own = await packChunks(chunks, () => othersFirst(env))
    const hasOwn = chunks.length > 0 || written.length === 0
    const all: readonly ChunkFile[] = hasOwn ? [{ name: CHUNKS, length: own.length, chunks: own.entries }, ...written] : written
    const manifest = encodeManifest({ ...facts, files: all })
    if (hasOwn) await writeDurably(files, folder, CHUNKS, own.parts)
    try {
      await writeDurably(files, folder, MANIFEST, [manifest])
    } catch (error) {
      // It may be there all the same, and whoever is told of a failure goes on from an older one.
      await removeManifest(folder).catch(() => {
        throw new CheckpointInDoubt(`${folder}: ${describe(error)}`, { cause: error })
      })
      throw error
    }
    return { bytes: all.reduce((sum, { length }) => sum + length, manifest.length) }
  }

  const readChunks = async (folder: string, written: readonly ChunkFile[]): Promise<StoredChunk[]> => {
    const chunks: StoredChunk[] = []
    for (const file of written) chunks.push(...(await readChunkFile(files, folder, file)))
    return chunks
  }

  const readFrom = async (folder: string): Promise<CheckpointData> => {
    const manifestPath = `${folder}/${MANIFEST}`
    const { files: written, ...facts } = decodeManifest(manifestPath, await files.readFile(manifestPath))
    if (facts.topology.id !== topologyId) throw new MillraceError('SNAPSHOT_CORRUPT', `${manifestPath}: it is of the job '${facts.topology.id}', not of '${topologyId}'`)
    return { ...facts, chunks: await readChunks(folder, written) }
  }

  /** Of this store: a whole checkpoint in the place of another would send the job back, or to another run, unnoticed. */
  const readEntry = async ({ name, run, checkpoint }: Entry): Promise<CheckpointData> => {
    const data = await readFrom(`${home}/${name}`)
    if (data.run !== run || data.checkpoint !== checkpoint)
      throw new MillraceError('SNAPSHOT_CORRUPT', `${home}/${name}/${MANIFEST}: it is that of checkpoint ${nameFor(data)}`)
    return data
  }

  const removeManifest = async (folder: string): Promise<void> => {
    await files.remove(`${folder}/${MANIFEST}`)
    await files.syncFolder(folder)
  }

  const removeComplete = async ({ name }: Entry): Promise<void> => {
    await removeManifest(`${home}/${name}`)
    await files.removeFolder(`${home}/${name}`)
  }

  const isComplete = ({ name }: Entry): Promise<boolean> => exists(`${home}/${name}/${MANIFEST}`)

  /** Files of attempts of a run that did not come to their end, up to one. Their folders say that the numbers are taken. */
  const discard = async ({ run, checkpoint }: CheckpointNumbers): Promise<void> => {
    for (const entry of await entries()) {
      if (entry.run !== run || entry.checkpoint > checkpoint || (await isComplete(entry))) continue
      const folder = `${home}/${entry.name}`
      for (const name of await files.list(folder)) await files.remove(`${folder}/${name}`)
    }
  }

  /** Attempts of dead processes, and complete checkpoints beyond `keep`; earlier runs go once this one has `keep` besides its start. */
  const prune = async (run: number, newest: number): Promise<void> => {
    const all = await entries()
    const complete: Entry[] = []
    for (const entry of all) {
      const isNewest = entry.run === run && entry.checkpoint === newest
      if (isNewest || (await isComplete(entry))) complete.push(entry)
      else await files.removeFolder(`${home}/${entry.name}`)
    }
    for (const entry of complete.filter(({ name }) => refused.has(name))) await removeComplete(entry)
    const good = complete.filter(({ name }) => !refused.has(name))
    const current = good.filter((entry) => entry.run === run)
    for (const entry of current.slice(0, -keep)) await removeComplete(entry)
    if (current.length > keep) for (const entry of good.filter((other) => other.run !== run)) await removeComplete(entry)
  }

  const latest = async (): Promise<LatestCheckpoint> => {
    const all = await entries()
    const complete: Entry[] = []
    for (const entry of all) if (await isComplete(entry)) complete.push(entry)
    const run = complete.at(-1)?.run ?? 0
    const current = complete.filter((entry) => entry.run === run)
    const highest = all.filter((entry) => entry.run === run).at(-1)?.checkpoint ?? -1
    const damaged: DamagedCheckpoint[] = []
    for (const entry of [...current].reverse()) {
      try {
        return { found: await readEntry(entry), damaged, run, checkpoint: highest }
      } catch (error) {
        if (!hasCode(error, 'SNAPSHOT_CORRUPT') && !isDamage(error)) throw error
        damaged.push({ checkpoint: entry.name, error: error as Error })
        refused.add(entry.name)
      }
    }
    if (damaged.length === 0) return { found: null, damaged, run: all.at(-1)?.run ?? 0, checkpoint: -1 }
    throw new MillraceError('SNAPSHOT_CORRUPT', `${home} has no good checkpoint:\n  - ${damaged.map(({ checkpoint, error }) => `${checkpoint}: ${error.message}`).join('\n  - ')}`)
  }

  return {
    highestRun: () => usable(home, async () => (await entries()).at(-1)?.run ?? 0),

    latest: () => usable(home, latest),

    read: async (path) => {
      const folder = files.resolve(path)
      try {
        return await readFrom(folder)
      } catch (error) {
        if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR')
          throw new MillraceError('NO_SNAPSHOT', `${path} holds no checkpoint`, { next: `Pass the folder of a checkpoint, such as ${home}/${nameFor({ run: 1, checkpoint: 1 })}, or of a savepoint.`, cause: error })
        throw error
      }
    },

    shared: {
      folder: home,
      read: (numbers, written) => usable(home, () => readChunks(`${home}/${nameFor(numbers)}`, written)),
      discard: (numbers) => inTurn(() => discard(numbers)),
    },

    write: (data, written = []) =>
      inTurn(async () => {
        const folder = `${home}/${nameFor(data)}`
        await files.createFolder(folder)
        await files.syncFolder(home)
        const sizes = await writeTo(folder, data, written)
        // This one is durable whatever becomes of older ones; the next write tries again.
        await prune(data.run, data.checkpoint).catch(() => undefined)
        return sizes
      }),

    writeSavepoint: async (path, data) => {
      const folder = files.resolve(path)
      if (await exists(`${folder}/${MANIFEST}`)) throw new MillraceError('CHECKPOINT_FAILED', `${path} already holds a savepoint`, { next: 'Give another path.' })
      await createFolderDurably(files, folder)
      return writeTo(folder, data, [])
    },

    // Whoever holds the lock next must find nothing that changes.
    close: () => inTurn(release),
  }
}

/** An error of the file system as one of Millrace's. */
const usable = async <T>(home: string, step: () => Promise<T>): Promise<T> => {
  try {
    return await step()
  } catch (error) {
    if (hasCode(error)) throw error
    throw new MillraceError('CHECKPOINT_FAILED', `${home} cannot be used: ${describe(error)}`, {
      next: 'Give fileStore a folder that can be created, read and written.',
      cause: error,
    })
  }
}

