/** Chunk files that threads write: which count, what becomes of the others, and what is refused. */
import { describe, expect, it } from 'vitest'
import type { ChunkFile } from '../../lib/checkpoint/chunk-file.ts'
import type { OpenStore } from '../../lib/checkpoint/store.ts'
import type { Env } from '../../lib/env/env.ts'
import type { SimDisk } from '../../lib/env/sim-disk.ts'
import { simWorld } from '../../lib/env/sim.ts'
import { bytesOf, inWorld } from '../env/in-world.ts'
import { errorOf, plain, sampleCheckpoint, withStore } from './sample-checkpoint.ts'
import { inOrder, writeOf, writeRest, writeShared } from './shared-checkpoint.ts'

const inStore = <T>(step: (store: OpenStore, env: Env, disk: SimDisk) => Promise<T>): Promise<T> => {
  const world = simWorld({ seed: 1 })
  return inWorld(world, (env) => withStore(env, (store) => step(store, env, world.disk)))
}

const folderOf = (checkpoint: number): string => `/store/job/000001-0000000${checkpoint}`
const filesOf = (disk: SimDisk, checkpoint: number): string[] => disk.paths().filter((path) => path.startsWith(`${folderOf(checkpoint)}/`)).map((path) => path.slice(folderOf(checkpoint).length + 1))

describe('a checkpoint that threads have written', () => {
  it('has a file of each, and is read as it was written', () =>
    inStore(async (store, env, disk) => {
      const written = await writeShared(env, store, sampleCheckpoint(1, 4))
      expect(filesOf(disk, 4)).toEqual([...written.map(({ name }) => name), 'chunks.bin', 'manifest.json'].sort())
      expect(inOrder((await store.latest()).found)).toEqual(plain(sampleCheckpoint(1, 4)))
    }))

  it('has none of the caller where it has no chunks', () =>
    inStore(async (store, env, disk) => {
      const data = sampleCheckpoint(1, 4)
      const only = await writeOf(0, env, store, data)
      await store.write({ ...data, chunks: [] }, [only])
      expect(filesOf(disk, 4)).toEqual([only.name, 'manifest.json'])
      expect((await store.latest()).found?.chunks.map(({ name }) => name)).toEqual(['count/0'])
    }))

  it('counts all its bytes', () =>
    inStore(async (store, env, disk) => {
      const data = sampleCheckpoint(1, 4)
      const only = await writeOf(0, env, store, data)
      expect(await store.write({ ...data, chunks: data.chunks.slice(1) }, [only])).toEqual({ bytes: filesOf(disk, 4).reduce((sum, name) => sum + disk.read(`${folderOf(4)}/${name}`)!.length, 0) })
    }))

  it('gives the chunks of threads back by their files', () =>
    inStore(async (store, env) => {
      const data = sampleCheckpoint(1, 4)
      const written = await writeShared(env, store, data)
      const chunks = await store.shared!.read(data, written)
      expect(plain({ ...data, chunks })).toEqual(plain({ ...data, chunks: data.chunks.slice(0, 2) }))
    }))

  it('takes no other file in its folder for one of its own', () =>
    inStore(async (store, env, disk) => {
      const [own] = await writeShared(env, store, sampleCheckpoint(1, 4))
      disk.put(`${folderOf(4)}/chunks-7-zz.bin`, disk.read(`${folderOf(4)}/${own!.name}`)!)
      expect(inOrder((await store.latest()).found)).toEqual(plain(sampleCheckpoint(1, 4)))
    }))
})

describe('a chunk file of a thread', () => {
  type Change = (disk: SimDisk, at: (file: ChunkFile) => string, files: readonly ChunkFile[]) => void
  const changes: Readonly<Record<string, Change>> = {
    'is gone': (disk, at, [a]) => disk.remove(at(a!)),
    'is short': (disk, at, [a]) => disk.put(at(a!), disk.read(at(a!))!.slice(0, -1)),
    'is long': (disk, at, [a]) => disk.put(at(a!), new Uint8Array([...disk.read(at(a!))!, 0])),
    'has changed places with another': (disk, at, [a, b]) => {
      const [first, second] = [disk.read(at(a!))!, disk.read(at(b!))!]
      disk.put(at(a!), second)
      disk.put(at(b!), first)
    },
    'is that of the checkpoint before': (disk, at, [a]) => {
      const before = filesOf(disk, 3).find((name) => name.startsWith('chunks-0-'))!
      disk.put(at(a!), disk.read(`${folderOf(3)}/${before}`)!)
    },
    'is a folder': (disk, at, [a]) => {
      disk.remove(at(a!))
      disk.createFolder(at(a!))
    },
  }

  it.for(Object.entries(changes))('that %s is reported, and the checkpoint before is taken', ([, change]) =>
    inStore(async (store, env, disk) => {
      await writeShared(env, store, sampleCheckpoint(1, 3))
      const files = await writeShared(env, store, sampleCheckpoint(1, 4))
      change(disk, ({ name }) => `${folderOf(4)}/${name}`, files)
      const { found, damaged } = await store.latest()
      expect(inOrder(found)).toEqual(plain(sampleCheckpoint(1, 3)))
      expect(damaged).toEqual([{ checkpoint: '000001-00000004', error: expect.objectContaining({ code: 'SNAPSHOT_CORRUPT', message: expect.stringContaining(files[0]!.name) }) }])
      expect(await errorOf(store.shared!.read(sampleCheckpoint(1, 4), files))).toMatchObject({ code: 'SNAPSHOT_CORRUPT' })
    }),
  )

  it('is refused, each byte of it changed and each length', () =>
    inStore(async (store, env, disk) => {
      const [file] = await writeShared(env, store, sampleCheckpoint(1, 4))
      const path = `${folderOf(4)}/${file!.name}`
      const whole = disk.read(path)!
      for (let at = 0; at < whole.length; at++) {
        const flipped = whole.slice()
        flipped[at]! ^= 1 + (at % 255)
        for (const bytes of [flipped, whole.slice(0, at)]) {
          disk.put(path, bytes)
          expect(await errorOf(store.read(folderOf(4)))).toMatchObject({ code: 'SNAPSHOT_CORRUPT', message: expect.stringContaining(path) })
        }
      }
    }))

  it.for(['../elsewhere/chunks.bin', 'chunks-0-a.bin/x', '/etc/passwd', ''])('may not be named %j', (name) =>
    inStore(async (store, env) => {
      const data = sampleCheckpoint(1, 4)
      const file = await writeOf(0, env, store, data)
      await store.write({ ...data, chunks: [] }, [{ ...file, name }])
      expect(await errorOf(store.read(folderOf(4)))).toMatchObject({ code: 'SNAPSHOT_CORRUPT', message: expect.stringContaining('no name') })
    }),
  )
})

describe('a checkpoint that was given up', () => {
  it('leaves a file that the next one removes', () =>
    inStore(async (store, env, disk) => {
      await writeOf(0, env, store, sampleCheckpoint(1, 4))
      expect(filesOf(disk, 4)).toHaveLength(1)
      await writeShared(env, store, sampleCheckpoint(1, 5))
      expect(filesOf(disk, 4)).toEqual([])
    }))

  it('leaves none once it is discarded, and its number is not given again', () =>
    inStore(async (store, env, disk) => {
      await writeShared(env, store, sampleCheckpoint(1, 3))
      for (const checkpoint of [4, 5, 6]) await writeOf(0, env, store, sampleCheckpoint(1, checkpoint))
      await store.shared!.discard({ run: 1, checkpoint: 5 })
      expect([3, 4, 5, 6].map((checkpoint) => filesOf(disk, checkpoint).length)).toEqual([4, 0, 0, 1])
      expect(await store.latest()).toMatchObject({ found: { checkpoint: 3 }, damaged: [], checkpoint: 6 })
      await store.shared!.discard({ run: 2, checkpoint: 9 })
      expect(filesOf(disk, 6)).toHaveLength(1)
    }))

  it('is discarded before the store is closed', async () => {
    const world = simWorld({ seed: 1 })
    await inWorld(world, (env) =>
      withStore(env, async (store) => {
        await writeOf(0, env, store, sampleCheckpoint(1, 4))
        void store.shared!.discard({ run: 1, checkpoint: 4 })
      }),
    )
    expect(filesOf(world.disk, 4)).toEqual([])
  })

  it('whose thread comes late is no checkpoint, and its number is not given again', () =>
    inStore(async (store, env, disk) => {
      await writeShared(env, store, sampleCheckpoint(1, 5))
      await writeOf(0, env, store, sampleCheckpoint(1, 6))
      expect(await store.latest()).toMatchObject({ found: { checkpoint: 5 }, damaged: [], checkpoint: 6 })
      await writeOf(1, env, store, sampleCheckpoint(1, 4))
      expect(await store.latest()).toMatchObject({ found: { checkpoint: 5 }, damaged: [], checkpoint: 6 })
      await writeShared(env, store, sampleCheckpoint(1, 7))
      expect([...filesOf(disk, 4), ...filesOf(disk, 6)]).toEqual([])
    }))

  it('harms none of the same number: a thread that wrote for it wrote into another file', () =>
    inStore(async (store, env, disk) => {
      const given = sampleCheckpoint(1, 4)
      const late = writeOf(0, env, store, { ...given, chunks: [{ name: 'count/0', bytes: bytesOf('of another attempt') }] })
      const written = await Promise.all([writeOf(0, env, store, given), writeOf(1, env, store, given)])
      await writeRest(store, given, written)
      const { name } = await late
      expect(written.map((file) => file.name)).not.toContain(name)
      expect(filesOf(disk, 4)).toContain(name)
      expect(inOrder((await store.latest()).found)).toEqual(plain(given))
    }))

  it('is given up where the disk refuses a thread, with the file named', () =>
    inStore(async (store, env) => {
      const full = { ...env, files: { ...env.files, open: () => Promise.reject(Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' })) } }
      expect(await errorOf(writeOf(0, full, store, sampleCheckpoint(1, 4)))).toMatchObject({ code: 'ENOSPC', message: expect.stringMatching(/000001-00000004\/chunks-0-[0-9a-z]+\.bin: ENOSPC$/) })
    }))
})
