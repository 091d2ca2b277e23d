/** Where instances live: 0 is the thread that called `run`, 1 … n are the slots. */
import type { PlanVertex } from './plan.ts'

/** Instances with the same number are together, so that what is joined one to one never leaves its thread. */
export const placeOf = (vertex: PlanVertex, instance: number, slots: number): number => {
  if (slots === 0 || vertex.isDeadLetters) return 0
  if (vertex.source?.connector.belongsToCaller === true || vertex.sink?.connector.belongsToCaller === true) return 0
  return 1 + (instance % slots)
}
