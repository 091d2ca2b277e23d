/** A file sink under crashes of the machine: what it leaves is byte for byte what an undisturbed run leaves. */
import { writeNdjson } from 'millrace/files'
import { expect, it } from 'vitest'
import { fileStore } from '../../lib/checkpoint/stores/file-store.ts'
import { seededRandom } from '../../lib/env/sim-random.ts'
import { simWorld } from '../../lib/env/sim.ts'
import { runIn } from '../../lib/runtime/job.ts'
import { hasCode } from '../../lib/errors.ts'
import { slotTaskOf } from '../../lib/testing/simulated-run.ts'
import { textOf } from '../env/in-world.ts'
import { randomJob } from './random-job.ts'
import { shareOf } from './share.ts'

/** Runs a job until it has ended, through that many crashes. Resolves with its files, which are looked at after a last crash. */
const outputOf = async (seed: number, crashes: number, { calm = true, slots = 0 } = {}): Promise<{ readonly files: readonly unknown[]; readonly crashed: number; readonly lost: number }> => {
  const job = randomJob(seed, { calm, parallelism: 1, ordered: true, sinkOf: (id) => writeNdjson(`/out/new/${id}.ndjson`) })
  let lost = 0
  const world = simWorld({ seed, threads: { run: slotTaskOf(() => job.topology), faults: () => ({ vanish: lost < crashes ? 0.3 : 0, stall: 0.5 }) } })
  const random = seededRandom(seed ^ 0xf11e)
  for (let crashed = 0; ; crashed++) {
    const process = world.boot()
    const errors: unknown[] = []
    job.forget()
    let ended = false
    runIn(process.env, job.topology, { slots, checkpoints: { every: 1 + random.below(10), to: fileStore('/checkpoints') } }, { batchRows: 3, channelRows: 8, chains: 'compiled' })
      .then((started) => started.completed)
      .catch((error: unknown) => errors.push(error))
      .finally(() => (ended = true))
    const steps = crashed < crashes ? 1 + random.below([40, 200, 1000][random.below(3)]!) : 1_000_000
    const outcome = await process.run(() => ended, { steps, virtualMs: 10_000_000 })
    process.kill()
    if (hasCode(errors[0]) && errors[0].code === 'SLOT_LOST' && lost < crashes) {
      lost++
      continue
    }
    expect(errors).toEqual([])
    expect(outcome).not.toBe('quiet')
    if (!ended) continue
    const paths = world.disk.paths().filter((path) => path.startsWith('/out/') && !path.endsWith('.part'))
    return { files: paths.map((path) => [path, textOf(world.disk.read(path))]), crashed, lost }
  }
}

it('a job that is killed at any event and resumed leaves the files of an undisturbed one', { timeout: 30_000 }, async () => {
  let crashes = 0
  for (let seed = 0; seed < 25; seed++) {
    const { files, crashed } = await outputOf(seed, 4)
    expect({ seed, files }).toEqual({ seed, files: (await outputOf(seed, 0)).files })
    crashes += crashed
  }
  expect(crashes).toBeGreaterThan(25)
})

it('so does one whose slots stall and vanish', { timeout: 60_000 }, async () => {
  let losses = 0
  for (let seed = 0; seed < shareOf(120); seed++) {
    const { files, lost } = await outputOf(seed, 2, { calm: false, slots: 3 })
    expect({ seed, files }).toEqual({ seed, files: (await outputOf(seed, 0, { calm: false })).files })
    losses += lost
  }
  expect(losses).toBeGreaterThan(shareOf(60))
})
