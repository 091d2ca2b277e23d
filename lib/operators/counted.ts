/** Counts records: over all, or for each key. What `take` and `skip` share. */
import type { StageOptions } from '../api/stage-options.ts'
import type { StageNode } from '../api/node.ts'
import { stageNode } from '../api/stream.ts'
import { KeyIndex } from '../state/key-index.ts'
import { ownPart, readKeyed, readSlots, writeKeyed } from './keyed-state.ts'
import { NONE } from './operator.ts'
import type { OperatorContext, RowOperator } from './operator.ts'
import { recordsOf } from './stage-input.ts'

export interface Counted {
  readonly kind: 'take' | 'skip'
  readonly n: number
  readonly options: StageOptions
  readonly site: string
}

/** The node of a stage that tells records by their number: per key directly behind `keyBy`, else over all of the stage. */
export const countedNode = (input: unknown, { kind, n, options, site }: Counted): StageNode => {
  const { node, keyed } = recordsOf(input, kind, site)
  const create = (context: OperatorContext): RowOperator => (keyed ? countedPerKey(kind, n, context) : countedOverall(kind, n))
  return stageNode(node, site, {
    kind,
    options,
    params: { n, keyed },
    state: keyed ? 'key' : 'stage',
    schema: `${kind} ${n}${keyed ? ' per key v2' : ' v1'}`,
    create,
  })
}

const countedOverall = (kind: 'take' | 'skip', n: number): RowOperator => {
  let seen = 0
  const apply: RowOperator['apply'] =
    kind === 'skip'
      ? (record) => {
          if (seen >= n) return record
          seen++
          return NONE
        }
      : (record, context) => {
          if (seen < n) seen++
          else {
            // Restored after its last record, or take(0).
            context.complete()
            return NONE
          }
          if (seen === n) context.complete()
          return record
        }
  return {
    shape: 'one',
    apply,
    snapshot: (writer) => writer.varint(seen),
    restore: (scope) => {
      seen = ownPart(scope, kind).varint()
    },
  }
}

const countedPerKey = (kind: 'take' | 'skip', n: number, { maxParallelism }: OperatorContext): RowOperator => {
  const index = new KeyIndex()
  const seen: number[] = []
  return {
    shape: 'one',
    apply: (record, context) => {
      const slot = index.add(context.key)
      const before = seen[slot] ?? 0
      if (before >= n) return kind === 'skip' ? record : NONE
      seen[slot] = before + 1
      return kind === 'skip' ? NONE : record
    },
    snapshot: (writer) => writeKeyed(writer, index.list(maxParallelism), (slot) => writer.varint(seen[slot] ?? 0)),
    restore: (scope) =>
      readKeyed(
        scope,
        (reader) => readSlots(reader, () => reader.varint()),
        (key, held, slot) => {
          seen[index.add(key)] = held[slot]!
        },
      ),
    size: () => index.size,
  }
}
