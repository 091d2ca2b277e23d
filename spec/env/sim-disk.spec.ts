/** What a crash leaves on a simulated disk: each outcome that is promised is seen for some seed, and no other for any. */
import { expect, it } from 'vitest'
import type { Env } from '../../lib/env/env.ts'
import { simWorld } from '../../lib/env/sim.ts'
import type { SimWorld } from '../../lib/env/sim.ts'
import { bytesOf, inProcess, inWorld, textOf } from './in-world.ts'

/** Runs a program, crashes, and says what is left, for 200 seeds. */
const outcomes = async (program: (env: Env) => Promise<unknown>, look: (world: SimWorld) => unknown): Promise<Set<unknown>> => {
  const seen = new Set<string>()
  for (let seed = 0; seed < 200; seed++) {
    const world = simWorld({ seed })
    world.disk.put('/d/old', bytesOf('old'))
    const process = world.boot()
    await inProcess(process, program)
    process.kill()
    seen.add(JSON.stringify(look(world) ?? null))
  }
  return new Set([...seen].map((text) => JSON.parse(text) as unknown))
}

const write = async ({ files }: Env, path: string, ...texts: string[]): Promise<void> => {
  const file = await files.open(path, 'write')
  let at = 0
  for (const text of texts) {
    await file.write(bytesOf(text), at)
    at += text.length
  }
}

const sync = async ({ files }: Env, path: string): Promise<void> => (await files.open(path, 'write')).sync()

it('a synced file in a synced folder is whole', async () => {
  const left = await outcomes(
    async (env) => {
      await write(env, '/d/new', 'new')
      await sync(env, '/d/new')
      await env.files.syncFolder('/d')
    },
    ({ disk }) => textOf(disk.read('/d/new')),
  )
  expect(left).toEqual(new Set(['new']))
})

it('of writes that were not synced any survive, and any of them may be torn', async () => {
  const left = await outcomes(
    (env) => write(env, '/d/old', 'AA', 'BB'),
    ({ disk }) => textOf(disk.read('/d/old')),
  )
  expect(left).toContain('old')
  expect(left).toContain('AABB')
  expect(left).toContain('AAd')
  expect(left).toContain('Ald')
  expect(left).toContain('AAB')
  expect(left).toContain('olBB')
  for (const text of left) expect(text).toMatch(/^(AA|Al|ol)(BB|Bd?|d)$/)
})

it('a truncation that was not synced may be undone', async () => {
  const left = await outcomes(
    async ({ files }) => (await files.open('/d/old', 'write')).truncate(1),
    ({ disk }) => textOf(disk.read('/d/old')),
  )
  expect(left).toEqual(new Set(['o', 'old']))
})

it('the name of a new file may be lost though the file was synced', async () => {
  const left = await outcomes(
    async (env) => {
      await write(env, '/d/new', 'new')
      await sync(env, '/d/new')
    },
    ({ disk }) => textOf(disk.read('/d/new')),
  )
  expect(left).toEqual(new Set(['new', null]))
})

it('a file that is renamed before it is synced may be empty or torn', async () => {
  const left = await outcomes(
    async (env) => {
      await write(env, '/d/new', 'new')
      await env.files.rename('/d/new', '/d/old')
      await env.files.syncFolder('/d')
    },
    ({ disk }) => textOf(disk.read('/d/old')),
  )
  expect(left).toEqual(new Set(['', 'n', 'ne', 'new']))
})

it('a rename happens whole or not at all', async () => {
  const left = await outcomes(
    async (env) => {
      await write(env, '/d/new', 'new')
      await sync(env, '/d/new')
      await env.files.syncFolder('/d')
      await env.files.rename('/d/new', '/d/old')
    },
    ({ disk }) => [textOf(disk.read('/d/new')) ?? null, textOf(disk.read('/d/old')) ?? null],
  )
  expect(left).toEqual(new Set([
    ['new', 'old'],
    [null, 'new'],
  ]))
})

it('of the changes in one folder the earlier survive', async () => {
  const left = await outcomes(
    async (env) => {
      for (const name of ['a', 'b', 'c']) await write(env, `/d/${name}`)
      await env.files.remove('/d/old')
    },
    ({ disk }) => disk.paths().join(' '),
  )
  expect(left).toEqual(new Set(['/d/a /d/b /d/c', '/d/a /d/b /d/c /d/old', '/d/a /d/b /d/old', '/d/a /d/old', '/d/old']))
})

it('a rename between two folders leaves one name, whichever folder is synced', async () => {
  const left = await outcomes(
    async (env) => {
      await env.files.createFolder('/e')
      await env.files.syncFolder('/')
      await write(env, '/d/new')
      await env.files.rename('/d/new', '/e/new')
      await env.files.syncFolder('/e')
      await env.files.syncFolder('/d')
    },
    ({ disk }) => disk.paths().join(' '),
  )
  expect(left).toEqual(new Set(['/d/old /e/new']))
})

it('a folder whose name was not synced takes all in it with it', async () => {
  const left = await outcomes(
    async (env) => {
      await env.files.createFolder('/d/e/f')
      await write(env, '/d/e/f/new', 'new')
      await sync(env, '/d/e/f/new')
      await env.files.syncFolder('/d/e/f')
      await env.files.syncFolder('/d/e')
    },
    (world) => textOf(world.disk.read('/d/e/f/new')),
  )
  expect(left).toEqual(new Set(['new', null]))
})

it('a folder that was removed comes back with the oldest of its files gone, or not at all', async () => {
  const left = await outcomes(
    async (env) => {
      for (const name of ['a', 'b']) await write(env, `/d/${name}`)
      await env.files.syncFolder('/d')
      await env.files.removeFolder('/d')
    },
    ({ disk }) => disk.paths().join(' '),
  )
  expect(left).toEqual(new Set(['', '/d/a', '/d/a /d/b', '/d/a /d/b /d/old']))
})

it('after a failed sync a later one does not bring back what was dropped', async () => {
  const seen = new Set<string | undefined>()
  for (let seed = 0; seed < 200; seed++) {
    const world = simWorld({ seed, faults: { ioErrors: 0.3 } })
    world.disk.put('/a', bytesOf('..'))
    const process = world.boot()
    await inProcess(process, async ({ files }) => {
      const insist = async <T>(attempt: () => Promise<T>): Promise<T> => {
        for (;;) {
          try {
            return await attempt()
          } catch {}
        }
      }
      const file = await insist(() => files.open('/a', 'write'))
      await insist(() => file.write(bytesOf('xy'), 0))
      await insist(() => file.sync())
      expect(textOf(await insist(() => files.readFile('/a')))).toBe('xy')
    })
    process.kill()
    seen.add(textOf(world.disk.read('/a')))
  }
  expect(seen).toContain('xy')
  expect(seen).toContain('..')
})

it('what is left after a crash stays after the next', async () => {
  for (let seed = 0; seed < 100; seed++) {
    const world = simWorld({ seed })
    const process = world.boot()
    await inProcess(process, async (env) => {
      await env.files.createFolder('/d')
      await write(env, '/d/a', 'aaaa', 'bbbb')
      await env.files.rename('/d/a', '/d/b')
    })
    process.kill()
    const left = world.disk.paths().map((path) => [path, textOf(world.disk.read(path))])
    const next = world.boot()
    await inProcess(next, async (env) => env.files.list('/'))
    next.kill()
    expect(world.disk.paths().map((path) => [path, textOf(world.disk.read(path))])).toEqual(left)
  }
  // A program that only looks changes nothing.
  await inWorld(simWorld({ seed: 1 }), async (env) => env.files.list('/'))
})
