/** An OperatorContext that a test holds in its hand: what an operator asked for is written down, time stands where the test puts it. */
import type { Cursor, Operator, OperatorContext } from '../../lib/operators/operator.ts'
import { DONE, NONE } from '../../lib/operators/operator.ts'
import { handleOf } from '../../lib/api/stream.ts'
import type { StageNode } from '../../lib/api/node.ts'
import { isBoundary, isStage } from '../../lib/api/node.ts'
import { noOffloader } from './no-offloader.ts'
import { Instants } from '../../lib/time/instants.ts'
import { from, source } from '../../lib/api/topology.ts'
import type { DataStream } from '../../lib/api/stream.ts'
import { ByteReader } from '../../lib/state/byte-reader.ts'
import { ByteWriter } from '../../lib/state/byte-writer.ts'
import { instanceOfGroup } from '../../lib/state/key-group.ts'

export interface FakeContext extends OperatorContext {
  instance: number
  parallelism: number
  maxParallelism: number
  eventTime: boolean
  /** What now() and activeNow() say, milliseconds. */
  clock: number
  active: number
  suspect: boolean
  readonly advanced: number[]
  readonly wakes: number[]
  readonly endedSplits: string[]
  readonly lateRecords: unknown[]
  readonly sideRecords: [id: string, record: unknown][]
  completed: boolean
}

export const fakeContext = (given: Partial<FakeContext> = {}): FakeContext => {
  const context: FakeContext = {
    time: NaN,
    key: undefined,
    route: 0,
    origin: '',
    watermark: -Infinity,
    instants: Instants.every,
    targets: 1,
    instance: 0,
    parallelism: 1,
    maxParallelism: 128,
    eventTime: true,
    clock: 0,
    active: 0,
    suspect: false,
    advanced: [],
    wakes: [],
    endedSplits: [],
    lateRecords: [],
    sideRecords: [],
    completed: false,
    now: () => context.clock,
    activeNow: () => context.active,
    offloader: noOffloader,
    wake: () => void context.wakes.push(NaN),
    endSplit: (origin) => void context.endedSplits.push(origin),
    wakeAt: (at) => void context.wakes.push(at),
    advance: (watermark) => void context.advanced.push(watermark),
    side: (id, record) => void context.sideRecords.push([id, record]),
    late: (record) => void context.lateRecords.push(record),
    complete: () => {
      context.completed = true
    },
    isSuspect: () => context.suspect,
    ...given,
  }
  return context
}

/** A stream to put a stage behind; its records come from the test. */
export const stream = <T>(id = 'records'): DataStream<T> => from(source<T>(id, { splits: () => [], open: () => ({ poll: () => ({ records: [], position: 0 }), close: () => {} }) }))

/** The stage node behind a stream: of a boundary its selector. */
export const stageOf = (result: unknown): StageNode => {
  const { node } = handleOf(result, 'the test')
  if (isStage(node)) return node
  if (isBoundary(node) && node.selector !== null) return node.selector
  throw new Error(`${node.kind} has no operator`)
}

export const drain = (cursor: Cursor | null, context: OperatorContext): unknown[] => {
  const outputs: unknown[] = []
  if (cursor === null) return outputs
  for (let output = cursor.next(context); output !== DONE; output = cursor.next(context)) outputs.push(output)
  return outputs
}

/** All outputs of one record. */
export const apply = (operator: Operator, record: unknown, context: OperatorContext): unknown[] => {
  if (operator.shape === 'many') return drain(operator.apply(record, context), context)
  const output = operator.apply(record, context)
  return output === NONE ? [] : [output]
}

export const applyAll = (operator: Operator, records: readonly unknown[], context: OperatorContext): unknown[] =>
  records.flatMap((record) => apply(operator, record, context))

/** `[key, record]` pairs through a keyed operator. */
export const applyKeyed = (operator: Operator, pairs: readonly (readonly [unknown, unknown])[], context: OperatorContext): unknown[] =>
  pairs.flatMap(([key, record]) => {
    context.key = key
    return apply(operator, record, context)
  })

export const snapshotOf = (operator: Operator): Uint8Array => {
  const writer = new ByteWriter()
  const rest = operator.snapshot?.(writer) ?? null
  while (rest?.writeSome(writer) === false);
  return writer.finish()
}

/** Restores at the same parallelism. */
export const restored = (operator: Operator, bytes: Uint8Array): Operator => {
  const reader = new ByteReader(bytes)
  operator.restore?.({ same: true, parts: [{ instance: 0, reader }], owns: () => true })
  reader.end()
  return operator
}

/** Restores instance `instance` of `parallelism` from the parts of another number of instances. */
export const rescaled = (operator: Operator, parts: readonly Uint8Array[], { instance, parallelism, maxParallelism }: FakeContext): Operator => {
  operator.restore?.({
    same: false,
    parts: parts.map((bytes, i) => ({ instance: i, reader: new ByteReader(bytes) })),
    owns: (group) => instanceOfGroup(group, parallelism, maxParallelism) === instance,
  })
  return operator
}
