/** One trial: a scene's newest checkpoints damaged, and the job run on from them. */
import { inspect } from 'node:util'
import { hasCode } from '../../lib/errors.ts'
import { resume } from './damage-scene.ts'
import type { Disk, Scene, Stored } from './damage-scene.ts'
import type { Chance, Damage, Pair } from './damages.ts'

export interface Trial {
  readonly damage: string
  readonly seed: number
  /** 'latest', or the folder of the damaged checkpoint. */
  readonly restore: string
  /** 'refused' with a code that says so; 'older': reported, and an older one gave the undamaged output; 'wrong': all else. */
  readonly verdict: 'refused' | 'older' | 'wrong'
  /** What was wrong, in words. */
  readonly fault: string | null
}

const REFUSALS = ['SNAPSHOT_CORRUPT', 'SNAPSHOT_INCOMPATIBLE'] as const

const pairOf = (disk: Disk, { folder }: Stored): Pair => ({ manifest: disk.get(`${folder}/manifest.json`)!, chunks: disk.get(`${folder}/chunks.bin`)! })

const isSame = (a: Pair, b: Pair): boolean => Buffer.compare(a.manifest, b.manifest) === 0 && Buffer.compare(a.chunks, b.chunks) === 0

/** Null where the damage does not apply to that scene, or changed nothing. */
export const trialOf = async (scene: Scene, others: readonly Scene[], damage: Damage, chance: Chance): Promise<Trial | null> => {
  const { checkpoints, disk } = scene
  const newest = checkpoints.at(-1)!
  const ofRun = checkpoints.filter((stored) => stored.run === newest.run)
  const damagedCount = chance.chance(0.75) ? 1 : chance.chance(0.6) ? 2 : ofRun.length
  const targets = ofRun.slice(-damagedCount)
  const foreign = others.filter((other) => other.shape !== scene.shape).map((other) => pairOf(other.disk, other.checkpoints.at(-1)!))
  const changed = new Map(disk)
  for (const target of targets) {
    const pair = pairOf(disk, target)
    const from = {
      older: ofRun.filter((stored) => stored.checkpoint < target.checkpoint).map((stored) => pairOf(disk, stored)),
      others: checkpoints.filter((stored) => stored.run !== newest.run).map((stored) => pairOf(disk, stored)),
      foreign,
    }
    const damaged = await damage.apply(pair, chance, from)
    if (damaged === null || isSame(damaged, pair)) {
      if (target === newest) return null
      continue
    }
    changed.set(`${target.folder}/manifest.json`, damaged.manifest)
    changed.set(`${target.folder}/chunks.bin`, damaged.chunks)
  }
  const restore = chance.chance(0.25) ? newest.folder : 'latest'
  const isUsable = damage.isWhole === true && restore !== 'latest'
  const { error, outcome, reported } = await resume(scene, changed, restore)
  const trial = { damage: damage.name, seed: scene.seed, restore }
  if (error !== null) {
    // A whole checkpoint of another run is used on purpose, and its sink finds a shorter file.
    const isRefused = REFUSALS.some((code) => hasCode(error, code)) || (isUsable && hasCode(error, 'SINK_FAILED'))
    return { ...trial, verdict: isRefused ? 'refused' : 'wrong', fault: isRefused ? null : inspect(error) }
  }
  if (outcome !== scene.outcome) return { ...trial, verdict: 'wrong', fault: 'the output differs, and no error was given' }
  if (reported === 0 && !isUsable) return { ...trial, verdict: 'wrong', fault: 'the damaged checkpoint was taken for a good one' }
  return { ...trial, verdict: 'older', fault: null }
}
