/** Folds that change nothing they are given: a failed call is undone by forgetting what it returned. */
import { MillraceError } from '../../lib/errors.ts'
import type { StageNode } from '../../lib/api/node.ts'
import type { AggregateNode } from '../../lib/windows/aggregate-spec.ts'
import { exactSum } from './exact-sum.ts'

/** A record as it came: `seq` counts arrivals at the stage. */
export interface Arrival {
  readonly record: unknown
  /** Epoch milliseconds. */
  readonly time: number
  readonly seq: number
}

export interface Fold {
  readonly empty: () => unknown
  readonly add: (acc: unknown, arrival: Arrival) => unknown
  /** `a` is of the earlier window. */
  readonly merge: (a: unknown, b: unknown) => unknown
  readonly result: (acc: unknown) => unknown
}

/** A copy of what a user's function may change. */
export const copied = (value: unknown): unknown => (typeof value === 'object' && value !== null ? structuredClone(value) : value)

interface Seen extends Arrival {
  readonly value: unknown
}

/** Keeps every record with what the function gave for it, in order of arrival. */
const listFold = (of: (record: unknown) => unknown, result: (seen: readonly Seen[]) => unknown): Fold => ({
  empty: () => [],
  add: (acc, arrival) => [...(acc as Seen[]), { ...arrival, value: of(arrival.record) }],
  merge: (a, b) => [...(a as Seen[]), ...(b as Seen[])].sort((x, y) => x.seq - y.seq),
  result: (acc) => result(acc as Seen[]),
})

const numberOf = (kind: string, of: (record: unknown) => unknown) => (record: unknown): number => {
  const value = of(record)
  if (typeof value === 'number' && !Number.isNaN(value)) return value
  throw new MillraceError('OPERATOR_FAILED', `${kind} was given what is not a number`)
}

const comparableOf = (kind: string, of: (record: unknown) => unknown) => (record: unknown): unknown => {
  const value = of(record)
  if (typeof value === 'string' || typeof value === 'bigint' || (typeof value === 'number' && !Number.isNaN(value))) return value
  throw new MillraceError('OPERATOR_FAILED', `${kind} was given what cannot be compared`)
}

const numbers = (seen: readonly Seen[]): number[] => seen.map(({ value }) => value as number)

/** The record that no other beats; of those, the first in order of arrival. */
const best = (seen: readonly Seen[], beats: (challenger: Seen, champion: Seen) => boolean): unknown =>
  seen.reduce((champion, challenger) => (beats(challenger, champion) ? challenger : champion)).record

const nothing = (): undefined => undefined

export const aggregateFold = (node: AggregateNode): Fold => {
  switch (node.kind) {
    case 'count':
      return listFold(nothing, (seen) => seen.length)
    case 'sum':
      return listFold(numberOf('sum', node.of), (seen) => exactSum(numbers(seen)))
    case 'average':
      return listFold(numberOf('average', node.of), (seen) => exactSum(numbers(seen)) / seen.length)
    case 'min':
      return listFold(numberOf('min', node.of), (seen) => Math.min(...numbers(seen)))
    case 'max':
      return listFold(numberOf('max', node.of), (seen) => Math.max(...numbers(seen)))
    case 'minBy':
      return listFold(comparableOf('minBy', node.of), (seen) => best(seen, (a, b) => (a.value as number) < (b.value as number)))
    case 'maxBy':
      return listFold(comparableOf('maxBy', node.of), (seen) => best(seen, (a, b) => (a.value as number) > (b.value as number)))
    case 'first':
      return listFold(nothing, (seen) => best(seen, (a, b) => a.time < b.time))
    case 'last':
      return listFold(nothing, (seen) => best(seen, (a, b) => a.time >= b.time))
    case 'toArray':
      return listFold(nothing, (seen) => seen.map(({ record }) => record))
    case 'custom': {
      const { init, add, merge, result } = node.parts
      return {
        empty: () => init(),
        add: (acc, { record }) => add(copied(acc), record),
        merge: (a, b) => merge(copied(a), copied(b)),
        result: (acc) => copied(result(copied(acc))),
      }
    }
    case 'object': {
      const fields = node.fields.map(([name, field]) => [name, aggregateFold(field)] as const)
      const each = (make: (fold: Fold, name: string) => unknown): Record<string, unknown> =>
        Object.fromEntries(fields.map(([name, fold]) => [name, make(fold, name)]))
      const part = (acc: unknown, name: string): unknown => (acc as Record<string, unknown>)[name]
      return {
        empty: () => each((fold) => fold.empty()),
        add: (acc, arrival) => each((fold, name) => fold.add(part(acc, name), arrival)),
        merge: (a, b) => each((fold, name) => fold.merge(part(a, name), part(b, name))),
        result: (acc) => each((fold, name) => fold.result(part(acc, name))),
      }
    }
  }
}

/** The accumulator of `reduce` before its first record. */
const none: unique symbol = Symbol('none')

/** The fold of a `scan`, `reduce` or `aggregate` stage. */
export const foldOf = ({ kind, params }: StageNode): Fold => {
  if (kind === 'aggregate') return aggregateFold(params['node'] as AggregateNode)
  const fn = params['fn'] as (acc: unknown, record: unknown) => unknown
  if (kind === 'scan') {
    const merge = (): never => {
      throw new MillraceError('TOPOLOGY_INVALID', 'two scans cannot be merged')
    }
    return { empty: () => copied(params['seed']), add: (acc, { record }) => fn(copied(acc), record), merge, result: copied }
  }
  const join = (a: unknown, b: unknown): unknown => (a === none ? b : b === none ? a : fn(a, b))
  return { empty: () => none, add: (acc, { record }) => join(acc, record), merge: join, result: (acc) => acc }
}
