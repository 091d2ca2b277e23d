/**
 * `flatMap`: one record in, any number out.
 *
 * An array is passed on as it is. The outputs of any other iterable are held until it ends, so that a call that fails half-way has put out
 * nothing; beyond `heldMax` they go on while the iterator still runs, and a failure after that cannot be undone in place.
 */
import { callSite } from '../api/call-site.ts'
import { checkFunction, shown } from '../api/option-checks.ts'
import type { StageOptions } from '../api/stage-options.ts'
import { dataStream, stageNode } from '../api/stream.ts'
import type { AnyStream, DataStream, Stage } from '../api/stream.ts'
import { checkedOptions } from './checked-options.ts'
import { DONE } from './operator.ts'
import type { Cursor, ManyOperator } from './operator.ts'
import { recordsOf } from './stage-input.ts'

/** Outputs held of one call: one batch. */
const heldMax = 1024

/**
 * Each record becomes the records of the iterable that `fn` returns; a generator is read as far as there is room downstream.
 *
 * @example from(lines).pipe(flatMap((line) => line.split(' ')))
 * @throws OPTION_INVALID for an option that is not known or not fit
 */
export const flatMap = <T, R>(fn: (record: T) => Iterable<R>, options?: StageOptions): Stage<AnyStream<T>, DataStream<R>> => {
  const site = callSite()
  checkFunction('the argument of flatMap', fn, site)
  const checked = checkedOptions('flatMap', options, site)
  return (input) => {
    const { node } = recordsOf(input, 'flatMap', site)
    const create = (): ManyOperator => flatMapOperator(fn as (record: unknown) => Iterable<unknown>)
    return dataStream(stageNode(node, site, { kind: 'flatMap', options: checked, params: { fn }, state: null, schema: '', create }))
  }
}

const flatMapOperator = (fn: (record: unknown) => Iterable<unknown>): ManyOperator => {
  // One for all calls: a cursor is read to its end before the next call.
  const cursor = new FlatMapCursor()
  return {
    shape: 'many',
    apply: (record, context) => {
      const outputs: unknown = fn(record)
      if (Array.isArray(outputs)) return outputs.length === 0 ? null : cursor.over(record, outputs, null)
      const iterator = iteratorOf(outputs)
      const held: unknown[] = []
      const max = context.isSuspect(record) ? Infinity : heldMax
      for (;;) {
        const step = iterator.next()
        if (step.done === true) return held.length === 0 ? null : cursor.over(record, held, null)
        held.push(step.value)
        if (held.length >= max) return cursor.over(record, held, iterator)
      }
    },
  }
}

const iteratorOf = (outputs: unknown): Iterator<unknown> => {
  const make: unknown = outputs === null || outputs === undefined ? undefined : (outputs as Partial<Iterable<unknown>>)[Symbol.iterator]
  if (typeof make !== 'function')
    throw new TypeError(`the function of flatMap returned ${shown(outputs)}, which cannot be iterated; return [] for no output`)
  return (outputs as Iterable<unknown>)[Symbol.iterator]()
}

class FlatMapCursor implements Cursor {
  #record: unknown
  #held: readonly unknown[] = []
  #next = 0
  /** What is left of the call when `#held` is through; null: nothing. */
  #iterator: Iterator<unknown> | null = null

  over(record: unknown, held: readonly unknown[], iterator: Iterator<unknown> | null): this {
    this.#record = record
    this.#held = held
    this.#next = 0
    this.#iterator = iterator
    return this
  }

  next(): unknown {
    if (this.#next < this.#held.length) return this.#held[this.#next++]
    if (this.#iterator === null) return this.#end()
    const step = this.#iterator.next()
    return step.done === true ? this.#end() : step.value
  }

  input(): unknown {
    return this.#record
  }

  /** The call has failed as a whole: what it would still have put out is left out. */
  skip(): void {
    const iterator = this.#iterator
    this.#end()
    try {
      iterator?.return?.()
    } catch {
      // The call is given up and its failure already reported.
    }
  }

  undoable(): boolean {
    return this.#iterator === null
  }

  #end(): typeof DONE {
    this.#record = undefined
    this.#held = []
    this.#next = 0
    this.#iterator = null
    return DONE
  }
}
