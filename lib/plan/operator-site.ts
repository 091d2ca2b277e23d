/** Where the source, stage or sink of an id was written. */
import type { Plan } from './plan.ts'

/** `orders.ts:14`; undefined for an id that the plan has not. */
export const operatorSite = (plan: Plan, operatorId: string): string | undefined => {
  for (const { source, steps, sink } of plan.vertices) {
    if (source?.id === operatorId) return source.site
    if (sink?.id === operatorId) return sink.site
    const step = steps.find(({ id }) => id === operatorId)
    if (step !== undefined) return step.site
  }
  return undefined
}
