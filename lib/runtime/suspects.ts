/** Calls that brought a region down, recognised again in its replay. Nothing of this is computed while nothing has failed. */
import { encodeValue } from '../state/codec.ts'
import type { FailureFacts } from './job-handle.ts'

export interface Suspect {
  /** Failures so far. */
  readonly attempts: number
  /** The reason for which its record goes to the dead letters without another call; null: it is to be tried again. */
  readonly condemned: 'failed' | 'poison' | null
  readonly facts: Omit<FailureFacts, 'operatorId'>
}

/** At most this many are remembered; the oldest goes first. */
const SUSPECTS_MAX = 10_000

export class Suspects {
  private readonly calls = new Map<string, Suspect>()
  private readonly operators = new Set<string>()

  get isEmpty(): boolean {
    return this.operators.size === 0
  }

  has(operatorId: string): boolean {
    return this.operators.has(operatorId)
  }

  /** From its first failure of the second kind on, a stage runs guarded. */
  isGuarded(operatorId: string): boolean {
    return this.operators.has(operatorId)
  }

  note(operatorId: string, identity: string, suspect: Suspect): void {
    this.operators.add(operatorId)
    if (this.calls.size >= SUSPECTS_MAX) {
      const [oldest] = this.calls.keys()
      if (oldest !== undefined) this.calls.delete(oldest)
    }
    this.calls.set(`${operatorId} ${identity}`, suspect)
  }

  find(operatorId: string, identity: string): Suspect | undefined {
    return this.calls.get(`${operatorId} ${identity}`)
  }

  /** The content of the call's input, with its key; and its place in its split where it came straight from one. */
  identify(origin: string, number: number | null, key: unknown, record: unknown): string {
    return `${number === null ? '' : `${origin}#${number}`}:${contentOf(key)}:${contentOf(record)}`
  }
}

const contentOf = (value: unknown): string => {
  try {
    return Buffer.from(encodeValue(value)).toString('base64')
  } catch {
    return String(value)
  }
}
