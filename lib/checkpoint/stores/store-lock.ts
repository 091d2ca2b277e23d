/**
 * One process runs a job at a time. Whoever wants the lock first publishes a claim, a file of its own that names it, and then looks for
 * those of others: if one of them is alive it withdraws. Of two that come at once the one that looks later sees the other, so that both may
 * withdraw but never both hold (the order of Lamport's bakery, CACM 1974). Nobody replaces a file of another, so a dead holder's claim can
 * be removed by everyone who finds it.
 */
import type { Env } from '../../env/env.ts'
import { MillraceError } from '../../errors.ts'

export interface StoreLock {
  release(): Promise<void>
}

/** Attempts before a living holder, or one that came at the same moment, is believed to stay. */
const ATTEMPTS_MAX = 3
/** Longest wait between two, in milliseconds; chance parts those that came at once. */
const WAIT_MS_MAX = 100

const CLAIM = /^LOCK\.[0-9a-z]+$/
const UNPUBLISHED = /^LOCK\.[0-9a-z]+\.tmp$/

const codeOf = (error: unknown): unknown => (typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined)

interface Rival {
  readonly path: string
  readonly holder: string
}

/** A holder is plain JSON where it comes from a real process; its start, in ticks of the kernel, tells people nothing. */
const inWords = (holder: string): string => {
  try {
    const facts: unknown = JSON.parse(holder)
    if (typeof facts !== 'object' || facts === null) return holder
    return Object.entries(facts)
      .filter(([name, value]) => value !== null && name !== 'start')
      .map(([name, value]) => `${name} ${String(value)}`)
      .join(', ')
  } catch {
    return holder
  }
}

/** @throws STORE_LOCKED, naming the holder */
export const takeLock = async (env: Env, folder: string): Promise<StoreLock> => {
  const { files, holder } = env

  /** Resolves with its path; null if it was swept away before it was published. */
  const publishClaim = async (): Promise<string | null> => {
    const path = `${folder}/LOCK.${Math.floor(env.random.next() * 2 ** 52).toString(36)}`
    const file = await files.open(`${path}.tmp`, 'exclusive')
    try {
      await file.write(new TextEncoder().encode(`${holder}\n`), 0)
      await file.sync()
    } finally {
      await file.close()
    }
    try {
      await files.rename(`${path}.tmp`, path)
      return path
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return null
      throw error
    }
  }

  const readHolder = async (path: string): Promise<string | null> => {
    try {
      return new TextDecoder().decode(await files.readFile(path)).trimEnd()
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return null
      throw error
    }
  }

  /** A living process with a claim; claims of dead ones are removed. */
  const findRival = async (own: string, names: readonly string[]): Promise<Rival | null> => {
    for (const name of names) {
      const path = `${folder}/${name}`
      if (!CLAIM.test(name) || path === own) continue
      const other = await readHolder(path)
      if (other === null) continue
      if (env.isAlive(other)) return { path, holder: other }
      await files.remove(path)
    }
    return null
  }

  let rival: Rival | null = null
  for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
    if (attempt > 1) await new Promise<void>((wake) => void env.scheduler.after(WAIT_MS_MAX * env.random.next(), wake))
    const own = await publishClaim()
    if (own === null) continue
    try {
      const names = await files.list(folder)
      rival = await findRival(own, names)
      if (rival === null) {
        for (const name of names) if (UNPUBLISHED.test(name)) await files.remove(`${folder}/${name}`)
        return { release: () => files.remove(own) }
      }
    } catch (error) {
      await files.remove(own).catch(() => undefined)
      throw error
    }
    await files.remove(own)
  }
  if (rival === null) throw new MillraceError('STORE_LOCKED', `${folder} is wanted by several processes at once`, { next: 'Start the job once.' })
  throw new MillraceError('STORE_LOCKED', `${folder} is in use by ${inWords(rival.holder)}`, {
    next: `Stop that process first, or use another folder. If you know that it no longer runs, remove ${rival.path}.`,
  })
}
