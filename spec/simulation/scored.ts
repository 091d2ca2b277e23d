/** A function for offload to call in drawn jobs. */
import type { Reading } from './random-job.ts'

/** Refuses some of the poisonous readings, each time. */
export const scored = (reading: Reading): Reading => {
  if (reading.poison && reading.id % 3 === 0) throw new Error(`never scores ${reading.id}`)
  return { ...reading, value: reading.value + 0.5 }
}
