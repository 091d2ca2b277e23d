/**
 * A sink that adds up what reaches it, exactly once: what is prepared at a barrier counts when its checkpoint is complete.
 * It knows no restart: a run that is measured has none.
 */
import type { SinkConnector } from 'millrace'
import type { Totals } from '../golden.ts'

export interface Counted {
  readonly value: { readonly n: number; readonly total: number }
}

export interface FoldingSink {
  readonly connector: SinkConnector<Counted, Totals>
  /** Of what has been committed, and without checkpoints of all. */
  totals(): Totals
}

export const foldingSink = (): FoldingSink => {
  let committed = nothing()
  const add = (more: Totals): void => {
    committed = {
      outputs: committed.outputs + more.outputs,
      sumCount: committed.sumCount + more.sumCount,
      sumValue: committed.sumValue + more.sumValue,
    }
  }
  return {
    totals: () => committed,
    connector: {
      name: 'totals',
      open: ({ checkpoints }) => {
        let open = nothing()
        const taken = (): Totals => {
          const totals = open
          open = nothing()
          return totals
        }
        return {
          write: (records: readonly Counted[]) => {
            let { outputs, sumCount, sumValue } = open
            for (const { value } of records) {
              outputs++
              sumCount += value.n
              sumValue += value.total
            }
            open = { outputs, sumCount, sumValue }
          },
          prepare: taken,
          commit: add,
          close: () => {
            if (!checkpoints) add(taken())
          },
        }
      },
    },
  }
}

const nothing = (): Totals => ({ outputs: 0, sumCount: 0, sumValue: 0 })
