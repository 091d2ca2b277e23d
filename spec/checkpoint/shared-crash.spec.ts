/**
 * The machine dies at any event while threads write chunk files of their own: what 'latest' then gives is whole, and none that is older than
 * one that was acknowledged; files of a checkpoint that was given up, late ones too, are never taken for part of another.
 */
import { expect, it } from 'vitest'
import type { OpenStore } from '../../lib/checkpoint/store.ts'
import type { Env } from '../../lib/env/env.ts'
import { seededRandom } from '../../lib/env/sim-random.ts'
import { simWorld } from '../../lib/env/sim.ts'
import type { SimWorld } from '../../lib/env/sim.ts'
import { dieAfter, inProcess } from '../env/in-world.ts'
import { sampleCheckpoint, withStore } from './sample-checkpoint.ts'
import { THREADS, inOrder, writeOf, writeShared } from './shared-checkpoint.ts'

/** What the next start finds; then the machine dies, so that no process of this step is alive in the next. */
const found = async (world: SimWorld, keep = 3): Promise<ReturnType<OpenStore['latest']>> => {
  const process = world.boot()
  try {
    return await inProcess(process, (env) => withStore(env, (store) => store.latest(), { keep }))
  } finally {
    process.kill()
  }
}

const isOfDisk = (error: unknown): boolean => ['EIO', 'ENOSPC', 'ENOENT'].includes((error as { code: string }).code)

/** Writes some more; `givesUp` says of each whether it is given up, when a thread or two go on with it while later ones are written. */
const live = (env: Env, keep: number, givesUp: () => boolean, acknowledged: (checkpoint: number) => void): Promise<void> =>
  withStore(
    env,
    async (store) => {
      const latest = await store.latest()
      const first = latest.found === null ? 0 : latest.checkpoint + 1
      for (let checkpoint = first; checkpoint < first + 5; checkpoint++) {
        const data = sampleCheckpoint(latest.found?.run ?? latest.run + 1, checkpoint)
        if (givesUp()) for (let thread = 0; thread < THREADS; thread++) writeOf(thread, env, store, data).catch(() => undefined)
        else
          await writeShared(env, store, data).then(
            () => acknowledged(checkpoint),
            (error: unknown) => {
              if (!isOfDisk(error)) throw error
            },
          )
      }
    },
    { keep },
  )

const survive = async (seed: number, ioErrors: number): Promise<{ crashes: number; found: number }> => {
  const random = seededRandom(seed)
  const faults = { ioErrors: 0 }
  const world = simWorld({ seed, faults })
  const keep = 1 + random.below(3)
  let newest = -1
  const counts = { crashes: 0, found: 0 }
  for (let life = 0; life < 5; life++) {
    faults.ioErrors = ioErrors
    const errors: unknown[] = []
    const ended = await dieAfter(world, random.below(260), (env) =>
      live(env, keep, () => random.chance(0.3), (checkpoint) => (newest = checkpoint)).catch((error: unknown) => errors.push(error)),
    )
    if (!ended) counts.crashes++
    faults.ioErrors = 0
    if (ioErrors === 0) expect(errors).toEqual([])
    const latest = await found(world, keep)
    expect(latest.damaged).toEqual([])
    expect(latest.found?.checkpoint ?? -1).toBeGreaterThanOrEqual(newest)
    if (latest.found === null) continue
    counts.found++
    newest = latest.found.checkpoint
    expect(inOrder(latest.found)).toEqual(inOrder(sampleCheckpoint(latest.found.run, newest)))
  }
  return counts
}

const SEEDS = 400

it(`a crash at any event leaves the old checkpoint or the new one, ${SEEDS} seeds`, { timeout: 60_000 }, async () => {
  const counts = { crashes: 0, found: 0 }
  for (let seed = 0; seed < SEEDS; seed++) {
    const { crashes, found: times } = await survive(seed, 0)
    counts.crashes += crashes
    counts.found += times
  }
  expect(counts.crashes).toBeGreaterThan(SEEDS)
  expect(counts.found).toBeGreaterThan(SEEDS)
})

it('errors of the disk besides crashes do so too', { timeout: 60_000 }, async () => {
  for (let seed = 0; seed < 150; seed++) await survive(20_000 + seed, 0.04)
})

it('a crash at each event of one write leaves the old one or the new one', { timeout: 60_000 }, async () => {
  const seen = new Set<number | undefined>()
  for (let steps = 0, ended = false; !ended; steps++)
    for (const seed of [1, 2, 3]) {
      const world = simWorld({ seed })
      await dieAfter(world, 1_000, (env) => withStore(env, (store) => writeShared(env, store, sampleCheckpoint(1, 1))))
      ended = await dieAfter(world, steps, (env) => withStore(env, (store) => writeShared(env, store, sampleCheckpoint(1, 2)), { keep: 1 }))
      const latest = await found(world)
      expect(latest.damaged).toEqual([])
      expect(inOrder(latest.found)).toEqual(inOrder(sampleCheckpoint(1, latest.found!.checkpoint)))
      if (ended) expect(latest.found!.checkpoint).toBe(2)
      seen.add(latest.found!.checkpoint)
    }
  expect([...seen].sort((a = 0, b = 0) => a - b)).toEqual([1, 2])
})

it('a file that a thread has acknowledged is there after a crash, whole, in a folder whose name is durable', async () => {
  for (let seed = 0; seed < 50; seed++) {
    const world = simWorld({ seed })
    const data = sampleCheckpoint(1, 1)
    const process = world.boot()
    const file = await inProcess(process, (env) =>
      withStore(env, async (store) => {
        await env.files.createFolder('/store/job/000001-00000001')
        await env.files.syncFolder('/store/job')
        return writeOf(0, env, store, data)
      }),
    )
    process.kill()
    expect(world.disk.read(`/store/job/000001-00000001/${file.name}`)).toHaveLength(file.length)
  }
})
