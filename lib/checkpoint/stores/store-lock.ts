/** One process runs a job at a time: a file names the holder; that of a dead holder is taken over. */
import type { Env } from '../../env/env.ts'
import { MillraceError } from '../../errors.ts'

export interface StoreLock {
  release(): Promise<void>
}

/** Attempts to settle a race for a dead holder's lock. */
const ATTEMPTS_MAX = 3

const codeOf = (error: unknown): unknown => (typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined)

/** @throws STORE_LOCKED, naming the holder */
export const takeLock = async (env: Env, folder: string): Promise<StoreLock> => {
  const { files, holder } = env
  const path = `${folder}/LOCK`
  const mine = `${holder}\n`
  const readHolder = async (): Promise<string | null> => {
    try {
      return new TextDecoder().decode(await files.readFile(path))
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return null
      throw error
    }
  }
  const put = async (target: string, mode: 'exclusive' | 'create'): Promise<void> => {
    const file = await files.open(target, mode)
    try {
      await file.write(new TextEncoder().encode(mine), 0)
      await file.sync()
    } finally {
      await file.close()
    }
  }
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    try {
      await put(path, 'exclusive')
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error
      const other = await readHolder()
      if (other === null) continue
      const name = other.trimEnd()
      if (name === holder || (name !== '' && env.isAlive(name)))
        throw new MillraceError('STORE_LOCKED', `${folder} is in use by ${name}`, { next: 'Stop that process first, or use another folder.' })
      // Put over it as one step: of two that find a dead holder the later wins, and the earlier sees it.
      const token = `${path}.${Math.floor(env.random.next() * 2 ** 32).toString(36)}`
      await put(token, 'create')
      await files.rename(token, path)
    }
    await files.syncFolder(folder)
    if ((await readHolder()) === mine) {
      return {
        release: async () => {
          if ((await readHolder()) === mine) await files.remove(path)
        },
      }
    }
  }
  throw new MillraceError('STORE_LOCKED', `${folder} is wanted by several processes at once`, { next: 'Start the job once.' })
}
