/**
 * A sink that adds up what reaches it, exactly once: what is prepared at a barrier, or at the end, counts when its checkpoint is complete.
 * It knows no restart: a run that is measured has none.
 */
import type { Parameter, SinkConnector } from 'millrace'
import { sharedNow } from '../clock.ts'
import type { Totals } from '../golden.ts'
import { handOver } from './handed-over.ts'

export interface Counted {
  readonly value: { readonly n: number; readonly total: number }
}

/** Of one instance. */
export interface Folded extends Totals {
  /** When it closed, by the shared clock. */
  readonly closed: number
}

/** Each instance hands over what has been committed when it is closed. */
export const foldingSink = (folder: Parameter<string>): SinkConnector<Counted, Totals> => ({
  name: 'totals',
  open: ({ instance }) => {
    const to = folder.value
    let committed = nothing()
    let open = nothing()
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
      prepare: () => {
        const prepared = open
        open = nothing()
        return prepared
      },
      commit: (prepared: Totals) => {
        committed = sumOf([committed, prepared])
      },
      close: () => {
        handOver(to, 'sink', instance, { ...committed, closed: sharedNow() } satisfies Folded)
      },
    }
  },
})

const nothing = (): Totals => ({ outputs: 0, sumCount: 0, sumValue: 0 })

export const sumOf = (all: readonly Totals[]): Totals =>
  all.reduce(
    (sum, { outputs, sumCount, sumValue }) => ({ outputs: sum.outputs + outputs, sumCount: sum.sumCount + sumCount, sumValue: sum.sumValue + sumValue }),
    nothing(),
  )
