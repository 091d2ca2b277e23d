import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { takeLock } from '../../lib/checkpoint/stores/store-lock.ts'
import { realEnv } from '../../lib/env/real.ts'
import { seededRandom } from '../../lib/env/sim-random.ts'
import { simWorld } from '../../lib/env/sim.ts'
import type { SimProcess, SimWorld } from '../../lib/env/sim.ts'
import { bytesOf, inProcess, inWorld } from '../env/in-world.ts'
import { errorOf } from './sample-checkpoint.ts'

const worldWith = (seed: number, ...claims: readonly string[]): SimWorld => {
  const world = simWorld({ seed })
  world.disk.put('/job/keep', bytesOf(''))
  claims.forEach((holder, i) => world.disk.put(`/job/LOCK.${i}`, bytesOf(`${holder}\n`)))
  return world
}

const claims = (world: SimWorld): string[] => world.disk.paths().filter((path) => path.includes('LOCK'))

describe('the lock of a store', () => {
  it('is refused while its holder lives, naming it', async () => {
    const world = worldWith(1)
    const holder = world.boot()
    await inProcess(holder, (env) => takeLock(env, '/job'))
    const error = await inWorld(world, (env) => errorOf(takeLock(env, '/job')))
    expect(error).toMatchObject({ code: 'STORE_LOCKED', message: expect.stringContaining(holder.env.holder) })
  })

  it('is refused to a second job of the same process', async () => {
    const process = worldWith(1).boot()
    await inProcess(process, (env) => takeLock(env, '/job'))
    expect(await inProcess(process, (env) => errorOf(takeLock(env, '/job')))).toMatchObject({ code: 'STORE_LOCKED' })
  })

  it('still belongs to its holder after another was refused', async () => {
    const world = worldWith(1)
    const holder = world.boot()
    await inProcess(holder, (env) => takeLock(env, '/job'))
    for (let i = 0; i < 2; i++) expect(await inWorld(world, (env) => errorOf(takeLock(env, '/job')))).toMatchObject({ code: 'STORE_LOCKED' })
    expect(claims(world)).toHaveLength(1)
  })

  it('goes to the next once it was released, and leaves no file', async () => {
    const world = worldWith(1)
    for (let i = 0; i < 2; i++) await inWorld(world, async (env) => (await takeLock(env, '/job')).release())
    expect(claims(world)).toEqual([])
  })

  it('of a dead holder is taken over, and its claim removed', async () => {
    const world = worldWith(1)
    const dead = world.boot()
    await inProcess(dead, (env) => takeLock(env, '/job'))
    await inProcess(dead, ({ files }) => files.syncFolder('/job'))
    dead.kill()
    expect(claims(world)).toHaveLength(1)
    await inWorld(world, (env) => takeLock(env, '/job'))
    expect(claims(world)).toHaveLength(1)
  })

  it.for(['', 'garbage', '\u0000\u0000'])('whose claim says %j is taken over', async (text) => {
    const world = worldWith(1, text)
    await inWorld(world, async (env) => (await takeLock(env, '/job')).release())
    expect(claims(world)).toEqual([])
  })

  it('sweeps claims that were never published', async () => {
    const world = worldWith(1)
    world.disk.put('/job/LOCK.abc.tmp', bytesOf('simul'))
    await inWorld(world, async (env) => (await takeLock(env, '/job')).release())
    expect(world.disk.paths()).toEqual(['/job/keep'])
  })

  it('names pid, host and since of a real holder, and the file to remove', async () => {
    const world = worldWith(1, '{"pid":4711,"start":null,"host":"mill","since":"2026-01-02T03:04:05.000Z"}')
    const error = await inWorld(world, (env) => errorOf(takeLock({ ...env, isAlive: () => true }, '/job')))
    expect(error.message).toContain('pid 4711, host mill, since 2026-01-02T03:04:05.000Z')
    expect(error.message).toContain('remove /job/LOCK.0')
  })
})

/** Several processes want the lock at once, and each holds it for a while; the seed says who moves, and who dies when. */
const contend = async (seed: number, processes: number): Promise<{ most: number; won: number }> => {
  const random = seededRandom(seed)
  const world = worldWith(seed, 'the dead')
  let holding = new Set<SimProcess>()
  let most = 0
  let won = 0
  let running = Array.from({ length: processes }, () => world.boot())
  const ended = new Set<SimProcess>()
  for (const process of running) {
    const program = async (): Promise<void> => {
      const lock = await takeLock(process.env, '/job')
      won++
      holding.add(process)
      most = Math.max(most, holding.size)
      await new Promise<void>((wake) => void process.env.scheduler.after(1000 * random.next(), wake))
      holding.delete(process)
      await lock.release()
    }
    program().then(
      () => ended.add(process),
      (error: unknown) => {
        expect(error).toMatchObject({ code: 'STORE_LOCKED' })
        ended.add(process)
      },
    )
  }
  for (; running.length > 0; ) {
    const process = running[random.below(running.length)]!
    await process.run(() => ended.has(process), { steps: 1 + random.below(3), virtualMs: 10_000 })
    running = running.filter((other) => !ended.has(other))
  }
  holding = new Set()
  return { most, won }
}

it('is never held by two, in 400 races for that of a dead holder, and seldom by none', async () => {
  let idle = 0
  for (let seed = 0; seed < 400; seed++) {
    const { most, won } = await contend(seed, 2 + (seed % 2))
    expect(most).toBeLessThanOrEqual(1)
    if (won === 0) idle++
  }
  expect(idle).toBeLessThan(5)
})

describe('in a real folder', () => {
  const env = realEnv()
  const me = JSON.parse(env.holder) as { pid: number; start: string | null }
  const inFolder = async (claim: string, step: (folder: string) => Promise<void>): Promise<void> => {
    const folder = await mkdtemp(join(tmpdir(), 'millrace-lock-'))
    try {
      await writeFile(`${folder}/LOCK.1`, claim)
      await step(folder)
    } finally {
      await rm(folder, { recursive: true })
    }
  }

  it('the lock of this process is refused', () =>
    inFolder(`${env.holder}\n`, async (folder) => {
      expect(await errorOf(takeLock(realEnv(), folder))).toMatchObject({ code: 'STORE_LOCKED', message: expect.stringContaining(`pid ${me.pid}`) })
    }))

  it('the lock of a process that is gone is taken over', () =>
    inFolder(`${JSON.stringify({ ...me, pid: 2 ** 30 })}\n`, async (folder) => {
      await (await takeLock(env, folder)).release()
      expect(await readdir(folder)).toEqual([])
    }))

  it.runIf(existsSync('/proc/self/stat'))('the lock of a pid that has been given anew is taken over', () =>
    inFolder(`${JSON.stringify({ ...me, start: String(Number(me.start) - 1) })}\n`, async (folder) => {
      await (await takeLock(env, folder)).release()
      expect(await readdir(folder)).toEqual([])
    }),
  )
})
