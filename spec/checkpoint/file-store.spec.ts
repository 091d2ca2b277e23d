import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { fileStore } from '../../lib/checkpoint/stores/file-store.ts'
import type { CheckpointData, OpenStore } from '../../lib/checkpoint/store.ts'
import type { Env } from '../../lib/env/env.ts'
import { realEnv } from '../../lib/env/real.ts'
import { simWorld } from '../../lib/env/sim.ts'
import type { SimWorld } from '../../lib/env/sim.ts'
import { bytesOf, inWorld } from '../env/in-world.ts'
import { errorOf, plain, sampleCheckpoint, withStore } from './sample-checkpoint.ts'

const inStore = <T>(step: (store: OpenStore, world: SimWorld, env: Env) => Promise<T>, options?: { readonly keep?: number }): Promise<T> => {
  const world = simWorld({ seed: 1 })
  return inWorld(world, (env) => withStore(env, (store) => step(store, world, env), options))
}

const writeAll = async (store: OpenStore, ...numbers: readonly [run: number, checkpoint: number][]): Promise<void> => {
  for (const [run, checkpoint] of numbers) await store.write(sampleCheckpoint(run, checkpoint))
}

/** Names of the complete checkpoints on the disk. */
const kept = (world: SimWorld): string[] => world.disk.paths().flatMap((path) => /^\/store\/job\/(.*)\/manifest.json$/.exec(path)?.[1] ?? [])

const damage = (world: SimWorld, name: string, file: 'chunks.bin' | 'manifest.json'): void => {
  const path = `/store/job/${name}/${file}`
  const bytes = world.disk.read(path)!.slice()
  bytes[bytes.length >> 1]! ^= 1
  world.disk.put(path, bytes)
}

describe('a checkpoint', () => {
  it('is read as it was written', () =>
    inStore(async (store) => {
      const data = sampleCheckpoint(1, 4)
      await store.write(data)
      expect(plain((await store.latest()).found)).toEqual(plain(data))
      expect(plain(await store.read('/store/job/000001-00000004'))).toEqual(plain(data))
    }))

  it('is two files in a folder that is named for its run and number', () =>
    inStore(async (store, { disk }) => {
      const { bytes } = await store.write(sampleCheckpoint(1, 4))
      const files = disk.paths().filter((path) => !path.includes('LOCK'))
      expect(files).toEqual(['/store/job/000001-00000004/chunks.bin', '/store/job/000001-00000004/manifest.json'])
      expect(bytes).toBe(files.reduce((sum, path) => sum + disk.read(path)!.length, 0))
    }))

  it('may have no chunks', () =>
    inStore(async (store) => {
      const data = sampleCheckpoint(1, 0, { chunks: [], operators: [] })
      await store.write(data)
      expect(plain((await store.latest()).found)).toEqual(plain(data))
    }))

  /** Pieces of several megabytes, a short one, and again a long one. */
  const large = (): CheckpointData => {
    const bytes = (length: number, factor: number): Uint8Array => Uint8Array.from({ length }, (_, i) => (i * factor) >> 5)
    return sampleCheckpoint(1, 0, {
      chunks: [
        { name: 'count/0', bytes: bytes(2_500_000, 3) },
        { name: 'count/1', bytes: bytes(10, 5) },
        { name: 'count/2', bytes: bytes(1_100_000, 7) },
      ],
    })
  }

  it('of several megabytes is read as it was written', () =>
    inStore(async (store) => {
      await store.write(large())
      const { found } = await store.latest()
      expect(found!.chunks.map(({ name }) => name)).toEqual(large().chunks.map(({ name }) => name))
      for (const [i, { bytes }] of large().chunks.entries()) expect(Buffer.compare(bytes, found!.chunks[i]!.bytes)).toBe(0)
    }))

  it('of several megabytes is refused wherever a byte of it differs', () =>
    inStore(async (store, world) => {
      await store.write(large())
      const path = '/store/job/000001-00000000/chunks.bin'
      const whole = world.disk.read(path)!
      for (const place of [3, 5, 700_000, 1_700_000, 2_500_000, 2_500_040, 2_600_000, whole.length - 1]) {
        const bytes = whole.slice()
        bytes[place]! ^= 1
        world.disk.put(path, bytes)
        expect(await errorOf(store.read('/store/job/000001-00000000'))).toMatchObject({ code: 'SNAPSHOT_CORRUPT' })
      }
    }))

  it('of several megabytes lets others have their turn while it is hashed', () =>
    inWorld(simWorld({ seed: 1 }), async (env) => {
      let turns = 0
      const soon = (turn: () => void): void => {
        turns++
        env.scheduler.soon(turn)
      }
      await withStore({ ...env, scheduler: { ...env.scheduler, soon } }, (store) => store.write(large()))
      expect(turns).toBe(4)
    }))

  it('is written and read by the real file system', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'millrace-store-'))
    try {
      const options = { folder: `${folder}/new/checkpoints` }
      await withStore(realEnv(), (store) => writeAll(store, [1, 0], [1, 1]), options)
      const { found } = await withStore(realEnv(), (store) => store.latest(), options)
      expect(plain(found)).toEqual(plain(sampleCheckpoint(1, 1)))
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})

describe("'latest'", () => {
  it('finds nothing in a new store', () =>
    inStore(async (store) => {
      expect(await store.latest()).toEqual({ found: null, damaged: [], run: 0, checkpoint: -1 })
      expect(await store.highestRun()).toBe(0)
    }))

  it('is the newest by number, beyond the digits of its name', () =>
    inStore(async (store) => {
      await writeAll(store, [1, 99_999_999], [1, 100_000_000])
      expect((await store.latest()).found?.checkpoint).toBe(100_000_000)
    }))

  it('never looks behind a new start', () =>
    inStore(async (store) => {
      await writeAll(store, [1, 7], [2, 0])
      expect((await store.latest()).found).toMatchObject({ run: 2, checkpoint: 0 })
    }))

  it('looks behind a new start that died before its first checkpoint was complete', () =>
    inStore(async (store, { disk }) => {
      await writeAll(store, [1, 7])
      disk.put('/store/job/000002-00000000/chunks.bin', bytesOf('half'))
      expect(await store.latest()).toMatchObject({ found: { run: 1, checkpoint: 7 }, damaged: [], run: 1, checkpoint: 7 })
      expect(await store.highestRun()).toBe(2)
    }))

  it('passes over an attempt that was not completed, whose number is not given again', () =>
    inStore(async (store, { disk }) => {
      await writeAll(store, [1, 7])
      disk.put('/store/job/000001-00000008/manifest.json.tmp', bytesOf('half'))
      expect(await store.latest()).toMatchObject({ found: { checkpoint: 7 }, damaged: [], checkpoint: 8 })
    }))

  it.for([
    [1, 6],
    [2, 1],
  ] as const)('reports a whole checkpoint that lies in the place of another, and takes the next older', ([run, checkpoint]) =>
    inStore(async (store, { disk }) => {
      await writeAll(store, [1, 6], [2, 0], [2, 1], [2, 2])
      await store.writeSavepoint('/elsewhere', sampleCheckpoint(run, checkpoint))
      for (const file of ['manifest.json', 'chunks.bin']) disk.put(`/store/job/000002-00000002/${file}`, disk.read(`/elsewhere/${file}`)!)
      const { found, damaged } = await store.latest()
      expect(plain(found)).toEqual(plain(sampleCheckpoint(2, 1)))
      expect(damaged).toEqual([{ checkpoint: '000002-00000002', error: expect.objectContaining({ code: 'SNAPSHOT_CORRUPT' }) }])
    }),
  )

  it.for(['chunks.bin', 'manifest.json'] as const)('reports a newest one with a damaged %s, and takes the next older', (file) =>
    inStore(async (store, world) => {
      await writeAll(store, [1, 6], [1, 7], [1, 8])
      damage(world, '000001-00000008', file)
      damage(world, '000001-00000007', file)
      const { found, damaged } = await store.latest()
      expect(plain(found)).toEqual(plain(sampleCheckpoint(1, 6)))
      expect(damaged.map(({ checkpoint }) => checkpoint)).toEqual(['000001-00000008', '000001-00000007'])
      for (const { checkpoint, error } of damaged) {
        expect(error).toMatchObject({ code: 'SNAPSHOT_CORRUPT', message: expect.stringContaining(`${checkpoint}/${file}: `) })
      }
    }),
  )

  it('reports one whose chunks are gone', () =>
    inStore(async (store, _, { files }) => {
      await writeAll(store, [1, 6], [1, 7])
      await files.remove('/store/job/000001-00000007/chunks.bin')
      expect(await store.latest()).toMatchObject({ found: { checkpoint: 6 }, damaged: [{ checkpoint: '000001-00000007', error: { code: 'SNAPSHOT_CORRUPT' } }] })
    }))

  it('is refused, naming each, where a run has no good one left, though an earlier run has', () =>
    inStore(async (store, world) => {
      await writeAll(store, [1, 9], [2, 0], [2, 1])
      damage(world, '000002-00000000', 'manifest.json')
      damage(world, '000002-00000001', 'chunks.bin')
      const error = await errorOf(store.latest())
      expect(error.code).toBe('SNAPSHOT_CORRUPT')
      expect(error.message).toContain('000002-00000000')
      expect(error.message).toContain('000002-00000001')
    }))

  it.for([1, 3])('is refused for version %d of the format, which this program does not know, rather than an older one taken', (version) =>
    inStore(async (store, world) => {
      await writeAll(store, [1, 6], [1, 7])
      await rewrite(world, '/store/job/000001-00000007/manifest.json', version)
      expect(await errorOf(store.latest())).toMatchObject({ code: 'SNAPSHOT_INCOMPATIBLE', message: expect.stringContaining(`version ${version}`) })
    }),
  )
})

/** The same manifest as a program would write it whose format has that version. */
const rewrite = async (world: SimWorld, path: string, version: number): Promise<void> => {
  const { createHash } = await import('node:crypto')
  const { default: stringify } = await import('fast-json-stable-stringify')
  const { body } = JSON.parse(new TextDecoder().decode(world.disk.read(path))) as { body: unknown }
  const sha256 = createHash('sha256').update(stringify({ body, version })).digest('hex')
  world.disk.put(path, bytesOf(`${stringify({ body, sha256, version })}\n`))
}

describe('what is kept', () => {
  it('are the last `keep` of a run', () =>
    inStore(
      async (store, world) => {
        await writeAll(store, [1, 0], [1, 1], [1, 2], [1, 3])
        expect(kept(world)).toEqual(['000001-00000002', '000001-00000003'])
      },
      { keep: 2 },
    ))

  it('are earlier runs, until the new one has `keep` besides its start', () =>
    inStore(
      async (store, world) => {
        await writeAll(store, [1, 5], [2, 0], [2, 1])
        expect(kept(world)).toEqual(['000001-00000005', '000002-00000000', '000002-00000001'])
        await writeAll(store, [2, 2])
        expect(kept(world)).toEqual(['000002-00000001', '000002-00000002'])
      },
      { keep: 2 },
    ))

  it('is no attempt that was not completed', () =>
    inStore(async (store, world) => {
      world.disk.put('/store/job/000001-00000001/chunks.bin', bytesOf('half'))
      await writeAll(store, [1, 2])
      expect(world.disk.paths().filter((path) => path.includes('00000001/'))).toEqual([])
    }))

  it('is none that was found damaged: it does not count', () =>
    inStore(
      async (store, world) => {
        await writeAll(store, [1, 1], [1, 2])
        damage(world, '000001-00000002', 'chunks.bin')
        await store.latest()
        await writeAll(store, [1, 3])
        expect(kept(world)).toEqual(['000001-00000001', '000001-00000003'])
      },
      { keep: 2 },
    ))

  it('does not decide whether a write has succeeded', async () => {
    const world = simWorld({ seed: 1 })
    await inWorld(world, async (env) => {
      const files = { ...env.files, removeFolder: () => Promise.reject(Object.assign(new Error('EACCES'), { code: 'EACCES' })) }
      await withStore({ ...env, files }, (store) => writeAll(store, [1, 0], [1, 1]), { keep: 1 })
    })
    expect(kept(world)).toEqual(['000001-00000001'])
  })
})

describe('a write that fails', () => {
  it('leaves no checkpoint behind, even where its manifest already had its name', async () => {
    const world = simWorld({ seed: 1 })
    await inWorld(world, async (env) => {
      let isFailing = false
      const syncFolder = async (path: string): Promise<void> => {
        if (isFailing && (await env.files.list(path)).includes('manifest.json')) {
          isFailing = false
          throw Object.assign(new Error('EIO'), { code: 'EIO' })
        }
        await env.files.syncFolder(path)
      }
      await withStore({ ...env, files: { ...env.files, syncFolder } }, async (store) => {
        await writeAll(store, [1, 0])
        isFailing = true
        await expect(store.write(sampleCheckpoint(1, 1))).rejects.toThrow('EIO')
        expect((await store.latest()).found?.checkpoint).toBe(0)
      })
    })
  })
})

describe('a path', () => {
  it('may name a savepoint, which is never removed', () =>
    inStore(
      async (store) => {
        const data = sampleCheckpoint(1, 1, { kind: 'savepoint' })
        await store.writeSavepoint('/elsewhere/deep/before-upgrade', data)
        await writeAll(store, [1, 2], [1, 3], [2, 0], [2, 1])
        expect(plain(await store.read('/elsewhere/deep/before-upgrade'))).toEqual(plain(data))
      },
      { keep: 1 },
    ))

  it('takes one savepoint', () =>
    inStore(async (store) => {
      await store.writeSavepoint('/elsewhere', sampleCheckpoint(1, 1))
      expect(await errorOf(store.writeSavepoint('/elsewhere', sampleCheckpoint(1, 2)))).toMatchObject({ code: 'CHECKPOINT_FAILED', message: expect.stringContaining('/elsewhere') })
      expect((await store.read('/elsewhere')).checkpoint).toBe(1)
    }))

  it('without a checkpoint is NO_SNAPSHOT', () =>
    inStore(async (store, { disk }) => {
      disk.put('/file', bytesOf(''))
      for (const path of ['/nowhere', '/store/job', '/file']) {
        expect(await errorOf(store.read(path))).toMatchObject({ code: 'NO_SNAPSHOT', message: expect.stringContaining(path) })
      }
    }))

  it('to the checkpoint of another job is refused, naming both', () =>
    inStore(async (store) => {
      await store.writeSavepoint('/other', sampleCheckpoint(1, 1, { topology: { id: 'other-job', fingerprint: 'f', maxParallelism: 1, parallelism: 1 } }))
      const error = await errorOf(store.read('/other'))
      expect(error.code).toBe('SNAPSHOT_CORRUPT')
      expect(error.message).toContain("'other-job'")
      expect(error.message).toContain("'job'")
    }))

  it('to a checkpoint without its chunks is SNAPSHOT_CORRUPT', () =>
    inStore(async (store, _, { files }) => {
      await store.writeSavepoint('/saved', sampleCheckpoint(1, 1))
      await files.remove('/saved/chunks.bin')
      expect(await errorOf(store.read('/saved'))).toMatchObject({ code: 'SNAPSHOT_CORRUPT', message: expect.stringContaining('/saved/chunks.bin') })
    }))
})

describe('fileStore', () => {
  it('refuses an empty path', () => {
    expect(() => fileStore('')).toThrow(expect.objectContaining({ code: 'OPTION_INVALID' }))
  })

  it('says which folder cannot be used', () => {
    const world = simWorld({ seed: 1 })
    world.disk.put('/file', bytesOf(''))
    return inWorld(world, async (env) => {
      const error = await errorOf(fileStore('/file/store').open(env, 'job', { keep: 1 }))
      expect(error).toMatchObject({ code: 'CHECKPOINT_FAILED', message: expect.stringContaining('/file/store/job') })
    })
  })

  it('keeps two jobs apart', () =>
    inWorld(simWorld({ seed: 1 }), async (env) => {
      const a = await fileStore('/store').open(env, 'a', { keep: 1 })
      const b = await fileStore('/store').open(env, 'b', { keep: 1 })
      const topology = (id: string): Pick<CheckpointData, 'topology'> => ({ topology: { id, fingerprint: 'f', maxParallelism: 1, parallelism: 1 } })
      await a.write(sampleCheckpoint(1, 1, topology('a')))
      await b.write(sampleCheckpoint(1, 2, topology('b')))
      expect((await a.latest()).found?.checkpoint).toBe(1)
      expect((await b.latest()).found?.checkpoint).toBe(2)
    }))
})
