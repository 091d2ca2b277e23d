/** What `run` was given, checked, with its defaults. */
import { didYouMean } from '../api/closest-name.ts'
import type { SinkConnector } from '../api/connector.ts'
import { cores } from '../env/threads.ts'
import { MillraceError } from '../errors.ts'
import type { SnapshotStore } from '../checkpoint/store.ts'
import type { Supervision } from '../supervision/strategy.ts'
import type { RunOptions } from './job-handle.ts'

export interface CheckedOptions {
  /** Threads besides the caller's; 0: none. */
  readonly slots: number
  readonly parallelism: number
  readonly maxParallelism: number
  readonly checkpoints: { readonly every: number; readonly to: SnapshotStore; readonly keep: number; readonly timeout: number } | null
  readonly restore: string
  readonly supervision: Supervision | null
  readonly combine: boolean
  readonly heartbeatTimeout: number
  readonly parameters: Readonly<Record<string, unknown>>
  readonly deadLettersKept: number
  readonly deadLetterSink: SinkConnector<never> | null
  readonly signal: AbortSignal | null
}

/** More threads than any machine has cores. */
const SLOTS_MAX = 1_024

const known = ['slots', 'parallelism', 'maxParallelism', 'checkpoints', 'restore', 'supervision', 'combine', 'heartbeatTimeout', 'parameters', 'deadLetters', 'signal']
const knownOfCheckpoints = ['every', 'to', 'keep', 'timeout']
const later = new Map([
  ['unaligned', 'unaligned checkpoints are not in this version'],
  ['cluster', 'clusters are not in this version'],
  ['metrics', 'metrics endpoints are not in this version'],
  ['process', 'supervised processes are not in this version'],
])

const invalid = (what: string, next?: string): MillraceError => new MillraceError('OPTION_INVALID', what, { next })

const checkNames = (where: string, given: object, names: readonly string[]): void => {
  for (const [name, value] of Object.entries(given)) {
    if (names.includes(name) || value === undefined || (name === 'unaligned' && value === false)) continue
    throw invalid(later.get(name) ?? `${where} has no option '${name}'${didYouMean(name, names)}`, `Known: ${names.join(', ')}.`)
  }
}

const whole = (name: string, value: unknown, from: number, to: number): number => {
  if (typeof value === 'number' && Number.isInteger(value) && value >= from && value <= to) return value
  throw invalid(`${name} must be a whole number from ${from} to ${to}, not ${String(value)}`)
}

const flag = (name: string, value: unknown): boolean => {
  if (typeof value === 'boolean') return value
  throw invalid(`${name} must be true or false, not ${String(value)}`)
}

/** @throws OPTION_INVALID for a name or value that is not one of those listed */
export const checkOptions = (options: RunOptions): CheckedOptions => {
  checkNames('run', options, known)
  const maxParallelism = whole('maxParallelism', options.maxParallelism ?? 128, 1, 32_768)
  const parallelism = whole('parallelism', options.parallelism ?? 1, 1, maxParallelism)
  const given = options.checkpoints
  if (given !== undefined) checkNames('checkpoints', given, knownOfCheckpoints)
  if (given !== undefined && typeof (given.to as unknown as { open?: unknown } | undefined)?.open !== 'function')
    throw invalid('checkpoints.to must be a store', "Write to: fileStore('./checkpoints').")
  const dead = options.deadLetters
  const isSink = dead !== undefined && 'open' in dead
  if (dead !== undefined && !isSink) checkNames('deadLetters', dead, ['keep'])
  if (options.restore !== undefined && (typeof options.restore !== 'string' || options.restore === ''))
    throw invalid(`restore must be 'latest', 'none' or a path, not ${String(options.restore)}`)
  return {
    slots: options.slots === 'auto' ? Math.max(1, cores() - 1) : whole('slots', options.slots ?? 0, 0, SLOTS_MAX),
    parallelism,
    maxParallelism,
    checkpoints:
      given === undefined
        ? null
        : {
            every: whole('checkpoints.every (milliseconds)', given.every, 1, 2 ** 31 - 1),
            to: given.to,
            keep: whole('checkpoints.keep', given.keep ?? 3, 1, 10_000),
            timeout: whole('checkpoints.timeout (milliseconds)', given.timeout ?? 600_000, 1, 2 ** 31 - 1),
          },
    restore: options.restore ?? 'latest',
    supervision: options.supervision ?? null,
    combine: flag('combine', options.combine ?? true),
    heartbeatTimeout: whole('heartbeatTimeout (milliseconds)', options.heartbeatTimeout ?? 5_000, 500, 2 ** 31 - 1),
    parameters: options.parameters ?? {},
    deadLettersKept: isSink ? 0 : whole('deadLetters.keep', dead?.keep ?? 10_000, 0, 1_000_000),
    deadLetterSink: isSink ? (dead as SinkConnector<never>) : null,
    signal: options.signal ?? null,
  }
}
