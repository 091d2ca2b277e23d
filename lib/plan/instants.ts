/** Works out, from the sinks back to the sources, at which moments of event time each stage's watermark is looked at. */
import { Instants } from '../time/instants.ts'
import type { PlanStep } from './plan.ts'

type Marked<T> = { -readonly [F in keyof T]: T[F] }

interface Placed {
  readonly steps: readonly PlanStep[]
  readonly outputs: readonly { readonly to: Placed }[]
}

/** `vertices` in an order in which edges lead forward. `ownOf`: the moments at which the stage itself acts. */
export const setInstants = (vertices: readonly Placed[], ownOf: (step: PlanStep) => Instants): void => {
  const atInput = new Map<Placed, Instants>()
  for (const vertex of vertices.toReversed()) {
    let instants = Instants.union(vertex.outputs.map(({ to }) => atInput.get(to) ?? Instants.none))
    for (const step of vertex.steps.toReversed()) {
      ;(step as Marked<PlanStep>).instants = instants
      instants = Instants.union([instants, ownOf(step)])
    }
    atInput.set(vertex, instants)
  }
}
