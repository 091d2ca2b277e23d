/**
 * The machine dies at any event of a store's life: what 'latest' then gives is a checkpoint that was written, whole, and none that is older
 * than one that was acknowledged.
 */
import { expect, it } from 'vitest'
import type { Env } from '../../lib/env/env.ts'
import { seededRandom } from '../../lib/env/sim-random.ts'
import { simWorld } from '../../lib/env/sim.ts'
import type { SimWorld } from '../../lib/env/sim.ts'
import { dieAfter, inProcess } from '../env/in-world.ts'
import { plain, sampleCheckpoint, withStore } from './sample-checkpoint.ts'

/** Runs a program to its end; then the machine dies, so that no process of an earlier step is alive in the next. */
const inLife = async <T>(world: SimWorld, program: (env: Env) => Promise<T>): Promise<T> => {
  const process = world.boot()
  try {
    return await inProcess(process, program)
  } finally {
    process.kill()
  }
}

interface Point {
  readonly run: number
  readonly checkpoint: number
}

const isBefore = (a: Point, b: Point): boolean => a.run < b.run || (a.run === b.run && a.checkpoint < b.checkpoint)

const SEEDS = 500
const LIVES = 5

/** Goes on from the newest checkpoint, now and then with a new start, and writes some more. */
const live = async (env: Env, keep: number, startsAnew: boolean, acknowledged: (point: Point) => void): Promise<void> =>
  withStore(
    env,
    async (store) => {
      const latest = await store.latest()
      const isNew = startsAnew || latest.found === null
      const run = isNew ? (await store.highestRun()) + 1 : latest.run
      for (let checkpoint = isNew ? 0 : latest.checkpoint + 1, end = checkpoint + 4; checkpoint < end; checkpoint++) {
        try {
          await store.write(sampleCheckpoint(run, checkpoint))
        } catch (error) {
          if (!['EIO', 'ENOSPC'].includes((error as { code: string }).code)) throw error
          continue
        }
        acknowledged({ run, checkpoint })
      }
    },
    { keep },
  )

const survive = async (seed: number, ioErrors: number): Promise<{ crashes: number; found: number }> => {
  const random = seededRandom(seed)
  const faults = { ioErrors: 0 }
  const world = simWorld({ seed, faults })
  const keep = 1 + random.below(3)
  let newest: Point = { run: 0, checkpoint: -1 }
  let crashes = 0
  let found = 0
  for (let life = 0; life < LIVES; life++) {
    faults.ioErrors = ioErrors
    const errors: unknown[] = []
    const ended = await dieAfter(world, random.below(160), (env) =>
      live(env, keep, random.chance(0.2), (point) => (newest = point)).catch((error: unknown) => errors.push(error)),
    )
    if (!ended) crashes++
    faults.ioErrors = 0
    if (ioErrors === 0) expect(errors).toEqual([])
    const latest = await inLife(world, (env) => withStore(env, (store) => store.latest(), { keep }))
    expect(latest.damaged).toEqual([])
    const point = latest.found ?? { run: 0, checkpoint: -1 }
    expect(isBefore(point, newest)).toBe(false)
    if (latest.found === null) continue
    found++
    expect(plain(latest.found)).toEqual(plain(sampleCheckpoint(point.run, point.checkpoint)))
    newest = point
  }
  return { crashes, found }
}

it(`a crash at any event leaves the old checkpoint or the new one, ${SEEDS} seeds`, { timeout: 30_000 }, async () => {
  let crashes = 0
  let found = 0
  for (let seed = 0; seed < SEEDS; seed++) {
    const result = await survive(seed, 0)
    crashes += result.crashes
    found += result.found
  }
  expect(crashes).toBeGreaterThan(SEEDS)
  expect(found).toBeGreaterThan(SEEDS)
})

it('errors of the disk besides crashes do so too', { timeout: 30_000 }, async () => {
  for (let seed = 0; seed < 200; seed++) await survive(10_000 + seed, 0.05)
})

it('a crash at each event of one write leaves the old one or the new one', async () => {
  const seen = new Set<number | undefined>()
  for (let steps = 0, ended = false; !ended; steps++) {
    for (const seed of [1, 2, 3]) {
      const world = simWorld({ seed })
      await inLife(world, (env) => withStore(env, (store) => store.write(sampleCheckpoint(1, 1))))
      ended = await dieAfter(world, steps, (env) => withStore(env, (store) => store.write(sampleCheckpoint(1, 2)), { keep: 1 }))
      const { found, damaged } = await inLife(world, (env) => withStore(env, (store) => store.latest()))
      expect(damaged).toEqual([])
      expect(plain(found)).toEqual(plain(sampleCheckpoint(1, found!.checkpoint)))
      if (ended) expect(found!.checkpoint).toBe(2)
      seen.add(found!.checkpoint)
    }
  }
  expect([...seen].sort((a = 0, b = 0) => a - b)).toEqual([1, 2])
})

it('a savepoint is there once it was acknowledged, in folders that were new', async () => {
  for (let seed = 0; seed < 100; seed++) {
    const world = simWorld({ seed })
    const ended = await dieAfter(world, seededRandom(seed).below(80), (env) => withStore(env, (store) => store.writeSavepoint('/a/b/c', sampleCheckpoint(1, 1))))
    const read = inLife(world, (env) => withStore(env, (store) => store.read('/a/b/c')))
    if (ended) expect(plain(await read)).toEqual(plain(sampleCheckpoint(1, 1)))
    else {
      await read.then(
        (data) => expect(plain(data)).toEqual(plain(sampleCheckpoint(1, 1))),
        (error: unknown) => expect(error).toMatchObject({ code: 'NO_SNAPSHOT' }),
      )
    }
  }
})
