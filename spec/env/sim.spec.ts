import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { Env } from '../../lib/env/env.ts'
import { simWorld } from '../../lib/env/sim.ts'
import { bytesOf, generous, inProcess, inWorld, textOf } from './in-world.ts'

/** A program that uses all of Env, and a hash of what it saw. */
const traceOf = async (seed: number, crashAt: number): Promise<string> => {
  const world = simWorld({ seed, faults: { ioErrors: 0.02 } })
  const hash = createHash('sha256')
  const note = (...words: unknown[]): void => void hash.update(`${words.join(' ')}\n`)
  const worker = async (env: Env, name: string): Promise<void> => {
    const file = await env.files.open(`/${name}`, 'write')
    for (let i = 0; i < 20; i++) {
      await new Promise<void>((wake) => void env.scheduler.after(env.random.next() * 10, wake))
      try {
        await file.write(bytesOf(`${name}${i}`), i * 4)
        if (env.scheduler.shouldYield(env.clock.monotonic())) await file.sync()
        await env.files.print(name)
      } catch (error) {
        note((error as { code?: unknown }).code)
      }
      note(name, i, env.clock.now(), env.clock.monotonic(), env.scheduler.pick(10))
      await new Promise<void>((turn) => env.scheduler.soon(turn))
    }
  }
  for (const steps of [crashAt, generous.steps]) {
    const process = world.boot()
    const programs = ['a', 'b', 'c'].map((name) => worker(process.env, name).catch((error: unknown) => note((error as { code?: unknown }).code)))
    let ended = false
    void Promise.all(programs).then(() => (ended = true))
    note(await process.run(() => ended, { steps, virtualMs: generous.virtualMs }), process.steps)
    process.kill()
    for (const path of world.disk.paths()) note(path, textOf(world.disk.read(path)))
  }
  note(world.printed.join(''))
  return hash.digest('hex')
}

describe('a simulated world', () => {
  it('goes the same way for the same seed, across a crash', async () => {
    for (const seed of [1, 2, 3]) expect(await traceOf(seed, 150)).toBe(await traceOf(seed, 150))
  })

  it('goes other ways for other seeds', async () => {
    const traces = new Set<string>()
    for (let seed = 0; seed < 10; seed++) traces.add(await traceOf(seed, 150))
    expect(traces.size).toBe(10)
  })

  it('lets an hour pass at once, and wakes at the time asked for', () =>
    inWorld(simWorld({ seed: 1 }), async ({ clock, scheduler }) => {
      const since = clock.monotonic()
      await new Promise<void>((wake) => void scheduler.after(3_600_000, wake))
      expect(clock.monotonic() - since).toBeGreaterThanOrEqual(3_600_000)
      expect(clock.monotonic() - since).toBeLessThan(3_600_100)
      expect(Number.isInteger(clock.now())).toBe(true)
    }))

  it('does not wake a waiter that was cancelled', async () => {
    const process = simWorld({ seed: 1 }).boot()
    let woken = false
    process.env.scheduler.after(5, () => (woken = true))()
    expect(await process.run(() => false, generous)).toBe('quiet')
    expect(woken).toBe(false)
  })

  it('reorders events that are due at one time', async () => {
    const orders = new Set<string>()
    for (let seed = 0; seed < 50; seed++) {
      const process = simWorld({ seed }).boot()
      let order = ''
      for (const name of ['a', 'b', 'c']) process.env.scheduler.after(1, () => (order += name))
      await process.run(() => false, generous)
      orders.add(order)
    }
    expect([...orders].sort()).toEqual(['abc', 'acb', 'bac', 'bca', 'cab', 'cba'])
  })

  it('answers file operations in any order', async () => {
    const orders = new Set<string>()
    for (let seed = 0; seed < 30; seed++) {
      let order = ''
      await inWorld(simWorld({ seed }), ({ files }) => Promise.all(['a', 'b'].map((name) => files.createFolder(`/${name}`).then(() => (order += name)))))
      orders.add(order)
    }
    expect([...orders].sort()).toEqual(['ab', 'ba'])
  })

  it("is 'quiet' when nothing is left to happen", async () => {
    const process = simWorld({ seed: 1 }).boot()
    void new Promise(() => {})
    expect(await process.run(() => false, generous)).toBe('quiet')
  })

  it('stops at a limit of steps', async () => {
    const process = simWorld({ seed: 1 }).boot()
    const again = (): void => process.env.scheduler.soon(again)
    again()
    expect(await process.run(() => false, { steps: 100, virtualMs: Infinity })).toBe('limit')
    expect(process.steps).toBe(100)
  })

  it('stops at a limit of time, before what lies beyond it', async () => {
    const world = simWorld({ seed: 1 })
    const process = world.boot()
    const since = world.now()
    const woken: number[] = []
    for (const ms of [10, 20, 21]) process.env.scheduler.after(ms, () => woken.push(ms))
    expect(await process.run(() => false, { steps: Infinity, virtualMs: 20 })).toBe('limit')
    expect(woken).toEqual([10, 20])
    expect(world.now() - since).toBe(20)
  })

  it('collects what processes print', async () => {
    const world = simWorld({ seed: 1 })
    await inWorld(world, ({ files }) => files.print('one'))
    await inWorld(world, ({ files }) => files.print('two'))
    expect(world.printed).toEqual(['one', 'two'])
  })

  it('fails the given share of file operations with EIO and ENOSPC', async () => {
    const codes = new Map<string, number>()
    await inWorld(simWorld({ seed: 1, faults: { ioErrors: 0.1 } }), async ({ files }) => {
      for (let i = 0; i < 2000; i++) {
        await files.createFolder('/a').catch(({ code }: { code: string }) => codes.set(code, (codes.get(code) ?? 0) + 1))
      }
    })
    expect([...codes.keys()].sort()).toEqual(['EIO', 'ENOSPC'])
    for (const count of codes.values()) expect(count).toSatisfy((n: number) => n > 60 && n < 140)
  })
})

describe('a process that is killed', () => {
  it('does nothing more: what it had planned and what it plans later', async () => {
    const process = simWorld({ seed: 1 }).boot()
    let happened = 0
    process.env.scheduler.soon(() => happened++)
    process.kill()
    process.env.scheduler.soon(() => happened++)
    process.env.scheduler.after(1, () => happened++)
    expect(await process.run(() => false, generous)).toBe('quiet')
    expect(happened).toBe(0)
  })

  it('runs nothing after an event that killed it', async () => {
    const process = simWorld({ seed: 1 }).boot()
    let happened = 0
    process.env.scheduler.after(1, () => process.kill())
    process.env.scheduler.after(2, () => happened++)
    expect(await process.run(() => false, generous)).toBe('quiet')
    expect(happened).toBe(0)
  })

  it('never hears of its file operations, and they do not touch the disk', async () => {
    const world = simWorld({ seed: 1 })
    const process = world.boot()
    const file = await inProcess(process, ({ files }) => files.open('/a', 'write'))
    let settled = false
    const settle = (): void => void (settled = true)
    void file.write(bytesOf('x'), 0).finally(settle)
    process.kill()
    void file.write(bytesOf('y'), 0).finally(settle)
    void process.env.files.createFolder('/b').finally(settle)
    await inWorld(world, async ({ files }) => {
      await files.createFolder('/c')
      expect(await files.list('/')).not.toContain('b')
    })
    expect(settled).toBe(false)
  })

  it('is no longer alive to the next one, which has another name', () => {
    const world = simWorld({ seed: 1 })
    const dead = world.boot()
    const living = world.boot()
    expect(living.env.isAlive(dead.env.holder)).toBe(true)
    dead.kill()
    expect(living.env.isAlive(dead.env.holder)).toBe(false)
    expect(living.env.holder).not.toBe(dead.env.holder)
  })
})
