/** Whatever happens to a stored byte, a checkpoint is read whole or refused with SNAPSHOT_CORRUPT, naming the file. */
import { beforeAll, expect, it } from 'vitest'
import { unpackChunks } from '../../lib/checkpoint/chunk-file.ts'
import { decodeManifest } from '../../lib/checkpoint/manifest.ts'
import { simWorld } from '../../lib/env/sim.ts'
import { inWorld } from '../env/in-world.ts'
import { errorOf, sampleCheckpoint, withStore } from './sample-checkpoint.ts'

const world = simWorld({ seed: 1 })
let manifest: Uint8Array
let chunks: Uint8Array

beforeAll(async () => {
  await inWorld(world, (env) =>
    withStore(env, async (store) => {
      await store.write(sampleCheckpoint(1, 1))
      await store.write(sampleCheckpoint(1, 2))
    }),
  )
  manifest = world.disk.read('/store/job/000001-00000001/manifest.json')!
  chunks = world.disk.read('/store/job/000001-00000001/chunks.bin')!
})

const refusal = (read: () => unknown): unknown => {
  try {
    read()
    return 'it was read'
  } catch (error) {
    return error
  }
}
const readManifest = (bytes: Uint8Array): unknown => refusal(() => decodeManifest('m.json', bytes))
const readChunks = (bytes: Uint8Array): unknown => refusal(() => unpackChunks('c.bin', bytes, decodeManifest('m.json', manifest).files[0]!.chunks))
const corrupt = (file: string): unknown => expect.objectContaining({ code: 'SNAPSHOT_CORRUPT', message: expect.stringContaining(`SNAPSHOT_CORRUPT: ${file}: `) })

const flipped = (bytes: Uint8Array, at: number, mask: number): Uint8Array => {
  const copy = bytes.slice()
  copy[at]! ^= mask
  return copy
}
const masks = [1, 2, 4, 8, 16, 32, 64, 128, 255]

it('undamaged bytes are read', () => {
  expect(readManifest(manifest)).toBe('it was read')
  expect(readChunks(chunks)).toBe('it was read')
})

it('each flipped bit of a manifest is refused', () => {
  for (let at = 0; at < manifest.length; at++) for (const mask of masks) expect(readManifest(flipped(manifest, at, mask))).toEqual(corrupt('m.json'))
})

it('each flipped bit of a chunk file is refused', () => {
  for (let at = 0; at < chunks.length; at++) for (const mask of masks) expect(readChunks(flipped(chunks, at, mask))).toEqual(corrupt('c.bin'))
})

it('each truncation is refused', () => {
  for (let length = 0; length < manifest.length; length++) expect(readManifest(manifest.subarray(0, length))).toEqual(corrupt('m.json'))
  for (let length = 0; length < chunks.length; length++) expect(readChunks(chunks.subarray(0, length))).toEqual(corrupt('c.bin'))
})

it('what follows the end is refused', () => {
  for (const more of [0, 10, 32]) {
    expect(readManifest(new Uint8Array([...manifest, more]))).toEqual(corrupt('m.json'))
    expect(readChunks(new Uint8Array([...chunks, more]))).toEqual(corrupt('c.bin'))
  }
})

it('two chunks that have changed places are refused', () => {
  const [a, b] = decodeManifest('m.json', manifest).files[0]!.chunks
  expect(a!.length).toBe(b!.length)
  const swapped = chunks.slice()
  swapped.set(chunks.subarray(b!.offset, b!.offset + b!.length), a!.offset)
  swapped.set(chunks.subarray(a!.offset, a!.offset + a!.length), b!.offset)
  expect(readChunks(swapped)).toEqual(corrupt('c.bin'))
})

it('a field written in another order, or twice, is refused', () => {
  const text = new TextDecoder().decode(manifest)
  const { body, sha256, version } = JSON.parse(text) as Record<string, unknown>
  const encode = (changed: string): Uint8Array => new TextEncoder().encode(changed)
  expect(readManifest(encode(`${JSON.stringify({ version, sha256, body })}\n`))).toEqual(corrupt('m.json'))
  expect(readManifest(encode(text.replace('{"body"', '{"body":0,"body"')))).toEqual(corrupt('m.json'))
  for (const other of ['', '\n', 'null\n', '[]\n', '7\n', '{}\n', '{"body":{},"sha256":"","version":1}\n']) expect(readManifest(encode(other))).toEqual(corrupt('m.json'))
})

it.for(['manifest.json', 'chunks.bin'])('a %s of another checkpoint is refused', async (name) => {
  world.disk.put('/mixed/manifest.json', manifest)
  world.disk.put('/mixed/chunks.bin', chunks)
  world.disk.put(`/mixed/${name}`, world.disk.read(`/store/job/000001-00000002/${name}`)!)
  const error = await inWorld(world, (env) => withStore(env, (store) => errorOf(store.read('/mixed'))))
  expect(error).toEqual(corrupt('/mixed/chunks.bin'))
})
