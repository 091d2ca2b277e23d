/** What each kind of stage does with one record, as a function that changes nothing if it throws. */
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import type { BoundaryNode, StageNode } from '../../lib/api/node.ts'
import { MillraceError } from '../../lib/errors.ts'
import { foldOf } from './aggregates.ts'
import { keyText } from './keys.ts'
import { sessionWindows } from './sessions.ts'
import { alignedWindows } from './windows.ts'
import type { Firing, Windows } from './windows.ts'

/** A record on its way. */
export interface Message {
  readonly record: unknown
  readonly key: unknown
  /** Epoch milliseconds; NaN: none was assigned. */
  readonly time: number
  /** `source/split`. */
  readonly split: string
}

export interface Step {
  readonly out: readonly Message[]
  /** One more output, made by a call of its own once all of the above stands. */
  readonly afterwards?: () => Message
  /** Windows that fire because of the record. */
  readonly firings?: readonly Firing[]
  readonly isLate?: boolean
  /** Nothing more is wanted. */
  readonly isComplete?: boolean
}

export interface StageProgram {
  apply(message: Message, watermark: number): Step
  /** The windows of the stage, if it has any. */
  readonly windows?: Windows
}

const stateless = (apply: (message: Message) => readonly Message[]): StageProgram => ({ apply: (message) => ({ out: apply(message) }) })

const timeOf = (time: unknown): number => {
  if (typeof time === 'number' && Number.isFinite(time)) return time
  throw new MillraceError('TIMESTAMP_INVALID', `a time is ${String(time)}`)
}

/** The selector of a `keyBy` or `partition`. `targets`: instances to choose from. */
export const selectorProgram = ({ selector }: BoundaryNode, targets: number): StageProgram => {
  if (selector === null) return stateless((message) => [message])
  const fn = selector.params['fn'] as (record: unknown, targets: number) => unknown
  if (selector.kind === 'keyBy')
    return stateless((message) => {
      const key = fn(message.record, targets)
      keyText(key)
      return [{ ...message, key: Object.is(key, -0) ? 0 : key }]
    })
  const mode = selector.params['mode']
  const byOrder = mode === 'range' || mode === 'sampled'
  // Values are compared with the bounds, or with each other: all of one kind, which the first of them sets.
  let kind: string | null = mode === 'range' ? typeof (selector.params['bounds'] as unknown[])[0] : null
  return stateless((message) => {
    const chosen = fn(message.record, targets)
    if (mode === 'hash') keyText(chosen)
    if (byOrder && (!['number', 'string', 'bigint'].includes(typeof chosen) || Number.isNaN(chosen) || ![null, 'undefined', typeof chosen].includes(kind)))
      throw new MillraceError('OPERATOR_FAILED', `${String(chosen)} is not to be compared`)
    if (byOrder) kind ??= typeof chosen
    if (mode === 'custom' && !(Number.isInteger(chosen) && (chosen as number) >= 0 && (chosen as number) < targets))
      throw new MillraceError('OPERATOR_FAILED', `partition chose ${String(chosen)} of ${targets}`)
    return [message]
  })
}

const countedProgram = ({ kind, params }: StageNode): StageProgram => {
  const n = params['n'] as number
  const isKeyed = params['keyed'] === true
  const seen = new Map<string, number>()
  return {
    apply: (message) => {
      const counter = isKeyed ? keyText(message.key) : ''
      const number = (seen.get(counter) ?? 0) + 1
      seen.set(counter, number)
      const passes = kind === 'take' ? number <= n : number > n
      return { out: passes ? [message] : [], isComplete: kind === 'take' && !isKeyed && number >= n }
    },
  }
}

/** A fold over windows, or over all records of each key. */
const foldProgram = (stage: StageNode): StageProgram => {
  let seq = 0
  const onClock = (time: number): number => (Number.isNaN(time) ? 0 : time)
  if (stage.window !== null) {
    const windows = stage.window.assigner.kind === 'session' ? sessionWindows(stage) : alignedWindows(stage)
    return {
      windows,
      apply: ({ record, key, time }, watermark) => {
        const firings = windows.add(key, { record, time: onClock(time), seq: seq++ }, watermark)
        return firings === null ? { out: [], isLate: true } : { out: [], firings }
      },
    }
  }
  const fold = foldOf(stage)
  const perKey = new Map<string, { readonly key: unknown; readonly acc: unknown }>()
  return {
    apply: (message) => {
      const { record, key, time } = message
      const text = keyText(key)
      const known = perKey.get(text) ?? { key, acc: fold.empty() }
      const acc = fold.add(known.acc, { record, time: onClock(time), seq: seq++ })
      perKey.set(text, { key: known.key, acc })
      return { out: [], afterwards: () => ({ ...message, record: { key: known.key, value: fold.result(acc) } }) }
    },
  }
}

export const stageProgram = (stage: StageNode): StageProgram => {
  const fn = stage.params['fn'] as (record: unknown) => unknown
  switch (stage.kind) {
    case 'map':
      return stateless((message) => [{ ...message, record: fn(message.record) }])
    case 'offload': {
      const exported = createRequire(import.meta.url)(fileURLToPath(stage.params['module'] as string)) as Readonly<Record<string, (record: unknown) => unknown>>
      const called = exported[stage.params['name'] as string]!
      return stateless((message) => [{ ...message, record: called(message.record) }])
    }
    case 'filter':
      return stateless((message) => (fn(message.record) ? [message] : []))
    case 'tap':
      return stateless((message) => {
        fn(message.record)
        return [message]
      })
    case 'flatMap':
      return stateless((message) => Array.from(fn(message.record) as Iterable<unknown>, (record) => ({ ...message, record })))
    case 'eventTime': {
      const at = stage.params['at'] as (record: unknown) => unknown
      return stateless((message) => [{ ...message, time: timeOf(at(message.record)) }])
    }
    case 'take':
    case 'skip':
      return countedProgram(stage)
    case 'scan':
    case 'reduce':
    case 'aggregate':
      return foldProgram(stage)
    default:
      throw new MillraceError('TOPOLOGY_INVALID', `the reference does not know the stage '${stage.kind}'`)
  }
}
