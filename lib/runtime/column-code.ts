/** A compiled chain over rows that lie in columns, as they came from another thread: its first stage reads what it needs of them, and no rows are made. */
import type { Columns } from '../workers/codec/column.ts'
import { RowText, VIEWS } from '../workers/codec/row-text.ts'
import type { Space } from '../workers/codec/space.ts'
import type { RowColumns } from './batch.ts'
import { ChainWriter } from './chain-code.ts'
import type { OperatorChain } from './operator-chain.ts'

/** Runs rows `from` up to `to` as `RowsRun` does. */
export type ColumnsRun = (space: Space, values: Columns['all'], keys: Columns['all'], times: readonly number[], from: number, to: number) => number

const compileColumns = (chain: OperatorChain, values: Columns, keys: Columns): ColumnsRun => {
  const writer = new ChainWriter(chain, 'near', (bind) => new RowText(values, 'c', bind))
  const { scope, self } = writer
  const value = new RowText(values, 'c', scope.bind)
  const key = new RowText(keys, 'k', scope.bind)
  const body = writer.body(0, `${self}.row = i + 1;`)
  return scope.run(`const none = 0 / 0;
return function columns(space, values, keys, times, from, to) {
${VIEWS}
${value.open('values')}
${key.open('keys')}
let i = from, step = -1, isHeld = false, v, w, t = none, k; ${scope.takeLocals()}
for (;;) {
try {
for (; i < to; i++) {
v = ${value.row}; t = times[i]; k = ${key.row};
row: { ${body} }
if (isHeld) { isHeld = false; step = -1; if (${writer.isFollowed} && !${self}.goOn(i)) return i + 1; }
}
return to;
} catch (error) {
${self}.row = i + 1;
${self}.recover(step, step === 0 ? ${value.row} : w, t, k, error);
if (!${self}.goOn(i++)) return i;
}
}
}`) as ColumnsRun
}

/** Types of rows for which loops are kept. */
const RUNS_MAX = 16

export class ColumnRuns {
  readonly #chain: OperatorChain
  readonly #runs = new Map<string, ColumnsRun>()
  #last: { readonly values: Columns; readonly keys: Columns; readonly run: ColumnsRun } | null = null

  constructor(chain: OperatorChain) {
    this.#chain = chain
  }

  of({ values, keys }: RowColumns): ColumnsRun {
    if (this.#last !== null && this.#last.values === values && this.#last.keys === keys) return this.#last.run
    const name = `${values.text} ${keys.text}`
    let run = this.#runs.get(name)
    if (run === undefined) {
      if (this.#runs.size === RUNS_MAX) this.#runs.clear()
      run = compileColumns(this.#chain, values, keys)
      this.#runs.set(name, run)
    }
    this.#last = { values, keys, run }
    return run
  }
}
