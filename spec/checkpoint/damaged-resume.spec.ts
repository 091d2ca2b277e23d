/**
 * A job that goes on from a damaged checkpoint refuses, or reports the damage and ends with the output of an undamaged one; `npm run mutate`
 * draws as many damages as wanted.
 */
import { beforeAll, expect, it } from 'vitest'
import { hasCode } from '../../lib/errors.ts'
import { CHUNK_FILES, filesIn, resume, scenes } from './damage-scene.ts'
import type { Scene } from './damage-scene.ts'
import { damages } from './damages.ts'
import { trials } from './trials.ts'

const JOBS = 16
const TRIALS = 1_000

let all: readonly Scene[]

beforeAll(async () => {
  all = await scenes(0, JOBS)
}, 60_000)

it(`${TRIALS} damages to the checkpoints of ${JOBS} jobs: none is silently wrong`, { timeout: 120_000 }, async () => {
  const { trials: done, byDamage, faults } = await trials(all, TRIALS, 7)
  expect(faults).toEqual([])
  expect(done).toBe(TRIALS)
  // Few of the jobs have begun anew once: `npm run mutate` meets those damages, too.
  const without = damages.map(({ name }) => name).filter((name) => !byDamage.has(name))
  expect(without.filter((name) => !name.endsWith('of another run'))).toEqual([])
  const verdicts = [...byDamage.values()]
  expect(verdicts.reduce((sum, { refused }) => sum + refused, 0)).toBeGreaterThan(TRIALS / 5)
  expect(verdicts.reduce((sum, { older }) => sum + older, 0)).toBeGreaterThan(TRIALS / 5)
})

/** The job whose newest checkpoint is smallest, of those that have the file. */
const smallest = (file: string): Scene => {
  const size = ({ checkpoints, disk }: Scene): number => {
    const { manifest, chunks } = filesIn(disk, checkpoints.at(-1)!.folder)
    return [...chunks.values()].reduce((sum, { length }) => sum + length, manifest.length)
  }
  return all.filter(({ checkpoints, disk }) => disk.has(`${checkpoints.at(-1)!.folder}/${file}`)).toSorted((a, b) => size(a) - size(b))[0]!
}

it.for(['manifest.json', ...CHUNK_FILES])('each byte of a %s changed, and each length of it, is refused', { timeout: 120_000 }, async (file) => {
  const scene = smallest(file)
  const { folder } = scene.checkpoints.at(-1)!
  const path = `${folder}/${file}`
  const bytes = scene.disk.get(path)!
  const codeOf = async (changed: Uint8Array): Promise<string> => {
    const { error } = await resume(scene, new Map([...scene.disk, [path, changed]]), folder)
    return hasCode(error) ? error.code : `no code: ${String(error)}`
  }
  const codes = new Map<string, number>()
  const counted = (code: string): void => void codes.set(code, (codes.get(code) ?? 0) + 1)
  for (let at = 0; at < bytes.length; at++) {
    const changed = bytes.slice()
    changed[at]! ^= 1 + (at % 255)
    counted(await codeOf(changed))
    counted(await codeOf(bytes.slice(0, at)))
  }
  expect([...codes]).toEqual([['SNAPSHOT_CORRUPT', 2 * bytes.length]])
})
