/** A few kills of real processes; `npm run chaos` has as many as wanted. */
import { expect, test } from 'vitest'
import { chaos } from '../chaos/chaos.ts'
import { jobs } from '../chaos/jobs.ts'
import { chanceFrom } from '../chaos/random.ts'

for (const job of jobs) {
  test.concurrent(`${job.name}: after ten kills the output is byte for byte that of an undisturbed run`, { timeout: 300_000 }, async () => {
    const { faults, kills, resumes } = await chaos(job, 10, chanceFrom(7))
    expect(faults).toEqual([])
    expect(kills).toBe(10)
    expect(resumes).toBeGreaterThan(0)
  })

  test.concurrent(`${job.name}: after five kills at parallelism 4 the output has the lines of an undisturbed run`, { timeout: 300_000 }, async () => {
    const { faults, kills, resumes } = await chaos(job, 5, chanceFrom(8), { parallelism: 4 })
    expect(faults).toEqual([])
    expect(kills).toBe(5)
    expect(resumes).toBeGreaterThan(0)
  })
}
