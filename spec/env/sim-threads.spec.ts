import { describe, expect, test } from 'vitest'
import type { Env } from '../../lib/env/env.ts'
import type { SimThreadFaults } from '../../lib/env/sim-threads.ts'
import { simWorld } from '../../lib/env/sim.ts'
import type { SimWorld } from '../../lib/env/sim.ts'
import type { Port, RawEnd, ThreadTask } from '../../lib/env/threads.ts'
import { generous, inWorld } from './in-world.ts'

const calm: SimThreadFaults = { vanish: 0, stall: 0 }
const worldOf = (seed: number, run: (env: Env, task: ThreadTask) => Promise<void>, faults = calm): SimWorld => simWorld({ seed, threads: { run, faults: () => faults } })
const seeds = Array.from({ length: 30 }, (_, seed) => seed)
const ignore = (): void => {}
const wait = (env: Env, ms: number): Promise<void> => new Promise((wake) => void env.scheduler.after(ms, wake))

/** Sends back what it gets, until it gets null. */
const echo = ({ threads }: Env, { port: end }: ThreadTask): Promise<void> =>
  new Promise((ended) => {
    const port = threads.port(end)
    port.listen((message) => (message === null ? ended() : port.post(message)), ignore)
  })

describe('a simulated thread', () => {
  test('gets what is posted in order and copied, and so does who started it', async () => {
    for (const seed of seeds) {
      const given = { list: [1, 2], map: new Map([[1, 'one']]) }
      const got: unknown[] = []
      await inWorld(worldOf(seed, echo), async (env) => {
        const { port, ended } = env.threads.pool('', 1).start(null)
        port.listen((message) => got.push(message), ignore)
        for (let i = 0; i < 50; i++) port.post(i)
        port.post(given)
        port.post(null)
        await ended
        await wait(env, 100)
      })
      expect(got).toEqual([...Array.from({ length: 50 }, (_, i) => i), given])
      expect(got[50]).not.toBe(given)
    }
  })

  test('refuses to send what cannot cross', async () => {
    await inWorld(worldOf(1, echo), async ({ threads }) => {
      const { port } = threads.pool('', 1).start(null)
      expect(() => port.post(() => 1)).toThrow('could not be cloned')
    })
  })

  test('shares memory, and takes over ends that are transferred', async () => {
    const answered: unknown[] = []
    const answer = ({ threads }: Env, { port: given }: ThreadTask): Promise<void> =>
      new Promise((ended) => {
        threads.port(given).listen((message) => {
          const { end, memory } = message as { end: RawEnd; memory: SharedArrayBuffer }
          new Int32Array(memory)[0] = 7
          threads.port(end).post('from the other end')
          ended()
        }, ignore)
      })
    await inWorld(worldOf(1, answer), async (env) => {
      const { port, ended } = env.threads.pool('', 1).start(null)
      const [here, there] = env.threads.pair()
      const memory = new SharedArrayBuffer(4)
      env.threads.port(here).listen((message) => answered.push(message), ignore)
      port.post({ end: there, memory }, [there])
      await ended
      await wait(env, 100)
      answered.push(new Int32Array(memory)[0])
    })
    expect(answered).toEqual(['from the other end', 7])
  })

  test('may take what has been posted before its event loop brings it, once', async () => {
    const got: unknown[] = []
    await inWorld(worldOf(1, echo), async (env) => {
      const [one, other] = env.threads.pair().map((end) => env.threads.port(end)) as [Port, Port]
      other.listen((message) => got.push(message), ignore)
      one.post('first')
      one.post('second')
      expect(other.receive()).toEqual({ message: 'first' })
      await wait(env, 100)
      expect(other.receive()).toBe(undefined)
    })
    expect(got).toEqual(['second'])
  })

  test('ends with what its event throws', async () => {
    const failing = (env: Env): Promise<void> =>
      new Promise(() => {
        env.scheduler.soon(() => {
          throw new RangeError('too far')
        })
      })
    await inWorld(worldOf(1, failing), async ({ threads }) => {
      await expect(threads.pool('', 1).start(null).ended).rejects.toThrow('too far')
    })
  })

  test('that vanishes does nothing more, cuts its ports and rejects its end', async () => {
    let last = 0
    const counting = async (env: Env): Promise<void> => {
      for (;;) {
        last = env.clock.monotonic()
        await wait(env, 1)
      }
    }
    for (const seed of seeds) {
      const world = worldOf(seed, counting, { vanish: 1, stall: 0 })
      await inWorld(world, async (env) => {
        const { port, ended } = env.threads.pool('', 1).start(null)
        let isCut = false
        port.listen(ignore, () => (isCut = true))
        // One that would have vanished at a message posts none.
        await Promise.race([ended.catch(ignore), wait(env, 5_000)])
        const { vanished } = world.threads
        const stopped = last
        await wait(env, 1_000)
        expect({ seed, isCut, stopped: last }).toEqual({ seed, isCut: vanished === 1, stopped: vanished === 1 ? stopped : last })
      })
    }
  })

  test('that stalls goes on later, with all that was due', async () => {
    let stalled = 0
    for (const seed of seeds) {
      const times: number[] = []
      const ticking = async (env: Env): Promise<void> => {
        for (let tick = 0; tick < 700; tick++) {
          times.push(env.clock.monotonic())
          await wait(env, 1)
        }
      }
      const world = worldOf(seed, ticking, { vanish: 0, stall: 1 })
      await inWorld(world, ({ threads }) => threads.pool('', 1).start(null).ended)
      expect(times.length).toBe(700)
      if (times.some((at, i) => i > 0 && at - times[i - 1]! > 500)) stalled++
    }
    expect(stalled).toBeGreaterThan(10)
  })

  test('is ended with its pool, whatever it does', async () => {
    const world = worldOf(1, () => new Promise(() => undefined))
    await inWorld(world, async ({ threads }) => {
      const pool = threads.pool('', 2)
      const ends = [pool.start(null), pool.start(null)].map(({ ended }) => ended.catch((error: unknown) => (error as Error).message))
      await pool.close()
      expect(await Promise.all(ends)).toEqual(['the pool was closed', 'the pool was closed'])
    })
  })

  test('dies with its process', async () => {
    let events = 0
    const world = worldOf(1, async (env) => {
      for (;;) {
        events++
        await wait(env, 1)
      }
    })
    const process = world.boot()
    process.env.threads.pool('', 1).start(null).ended.catch(ignore)
    await process.run(() => events > 10, generous)
    process.kill()
    const before = events
    await process.run(() => false, generous)
    expect(events).toBe(before)
  })
})
