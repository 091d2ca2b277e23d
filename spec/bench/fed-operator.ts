/** One operator with nothing around it, fed record by record: as the chain of an actor feeds it, without the chain. */
import { DONE } from '../../lib/operators/operator.ts'
import type { Cursor, Operator, OperatorContext } from '../../lib/operators/operator.ts'
import { fakeContext, stageOf } from '../operators/fake-context.ts'

export interface Fed {
  readonly key: unknown
  readonly time: number
}

/** Records between two watermarks. */
const watermarkEvery = 64

/** A new operator of the stage that made `stream`, and the context of its calls, which forgets what it is told. */
export const operatorOf = (stream: unknown): readonly [Operator, OperatorContext] => {
  const context = fakeContext({ advance: () => {} })
  return [stageOf(stream).create(context), context]
}

/** Each record has its time and its key; outputs are taken and dropped. */
export const feedTimed = (operator: Operator, context: OperatorContext, records: readonly Fed[]): void => {
  for (let index = 0; index < records.length; index++) {
    const record = records[index]!
    context.time = record.time
    context.key = record.key
    feed(operator, context, record)
    if (index % watermarkEvery === 0) taken(operator.onWatermark?.(record.time - 1, context) ?? null, context)
  }
  taken(operator.onWatermark?.(Infinity, context) ?? null, context)
}

export const feedKeyed = (operator: Operator, context: OperatorContext, records: readonly Fed[]): void => {
  for (const record of records) {
    context.time = record.time
    context.key = record.key
    feed(operator, context, record)
  }
}

const feed = (operator: Operator, context: OperatorContext, record: unknown): void => {
  if (operator.shape === 'one') operator.apply(record, context)
  else taken(operator.apply(record, context), context)
}

const taken = (cursor: Cursor | null, context: OperatorContext): void => {
  if (cursor !== null) while (cursor.next(context) !== DONE) continue
}
