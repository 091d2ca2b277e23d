/** The sink of a region's dead letters: keeps the last ones, in the snapshot, and publishes each once, when it is committed. */
import type { SinkConnector } from '../api/connector.ts'
import { MillraceError } from '../errors.ts'
import type { DeadLetter } from './job-handle.ts'

interface BoxHandle {
  readonly version: 1
  /** Oldest first. */
  readonly letters: readonly DeadLetter[]
  /** Letters there have been in all. */
  readonly total: number
}

export interface DeadLetterBox {
  readonly connector: SinkConnector<DeadLetter, BoxHandle>
  letters(): readonly DeadLetter[]
}

export const deadLetterBox = (keep: number, publish: (letter: DeadLetter) => void): DeadLetterBox => {
  let letters: DeadLetter[] = []
  let total = 0
  let published = 0
  return {
    letters: () => letters,
    connector: {
      name: 'dead letters',
      canGoBack: true,
      open: ({ restored }) => {
        const last = restored.at(-1)
        if (restored.some(({ version }) => version !== 1)) throw new MillraceError('SNAPSHOT_INCOMPATIBLE', 'the dead letters of the snapshot were stored by a newer version')
        letters = [...(last?.letters ?? [])]
        total = last?.total ?? 0
        published = Math.max(published, total)
        return {
          write: (records: readonly DeadLetter[]) => {
            letters.push(...records)
            total += records.length
            if (letters.length > keep) letters.splice(0, letters.length - keep)
          },
          prepare: (): BoxHandle => ({ version: 1, letters: letters.map(storable), total }),
          commit: (handle: BoxHandle) => {
            const fresh = Math.min(handle.total - published, handle.letters.length)
            if (fresh > 0) handle.letters.slice(-fresh).forEach(publish)
            published = Math.max(published, handle.total)
          },
          close: () => undefined,
        }
      },
    },
  }
}

/** A record that cannot be stored is kept as its text. */
const storable = (letter: DeadLetter): DeadLetter => {
  if (isPlain(letter.record, 0)) return letter
  return { ...letter, record: String(letter.record) }
}

const isPlain = (value: unknown, depth: number): boolean => {
  if (typeof value === 'function' || typeof value === 'symbol') return false
  if (typeof value !== 'object' || value === null) return true
  if (depth > 100) return false
  if (Array.isArray(value)) return value.every((item) => isPlain(item, depth + 1))
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype === Object.prototype || prototype === null) return Object.values(value).every((item) => isPlain(item, depth + 1))
  return value instanceof Date || value instanceof Uint8Array
}
