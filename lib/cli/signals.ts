/** The two signals that end a job: the first stops it cleanly, the second at once. */
import { constants } from 'node:os'

const names = ['SIGINT', 'SIGTERM'] as const
export type StopSignal = (typeof names)[number]

/** 130 for SIGINT, 143 for SIGTERM. */
export const exitCodeOf = (signal: StopSignal): number => 128 + constants.signals[signal]

/** The first signal of this process, waited for or looked up. */
export interface Signals {
  readonly first: StopSignal | null
  /** Calls `stop` at the first signal, at once if it has come already. */
  onFirst(stop: (signal: StopSignal) => void): void
  /** Gives the signals back to Node. */
  release(): void
}

export const listenForSignals = (): Signals => {
  let first: StopSignal | null = null
  let stop: (signal: StopSignal) => void = () => undefined
  const listeners = names.map((name) => {
    const listener = (): void => {
      if (first !== null) process.exit(exitCodeOf(name))
      first = name
      stop(name)
    }
    process.on(name, listener)
    return { name, listener }
  })
  return {
    get first() {
      return first
    },
    onFirst: (given) => {
      stop = given
      if (first !== null) stop(first)
    },
    release: () => {
      for (const { name, listener } of listeners) process.off(name, listener)
    },
  }
}
