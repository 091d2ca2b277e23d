/** One trial: a scene's newest checkpoints damaged, and the job run on from them. */
import { inspect } from 'node:util'
import { hasCode } from '../../lib/errors.ts'
import { filesIn, resume } from './damage-scene.ts'
import type { Scene } from './damage-scene.ts'
import type { Chance, Damage, Stored } from './damages.ts'

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

const isSame = (a: Stored, b: Stored): boolean => {
  const content = ({ manifest, chunks }: Stored): string => JSON.stringify([Buffer.from(manifest).toString('latin1'), [...chunks].map(([name, bytes]) => [name, Buffer.from(bytes).toString('latin1')])])
  return content(a) === content(b)
}

/** Null where the damage does not apply to that scene, or changed nothing. */
export const trialOf = async (scene: Scene, others: readonly Scene[], damage: Damage, chance: Chance): Promise<Trial | null> => {
  const { checkpoints, disk } = scene
  const newest = checkpoints.at(-1)!
  const ofRun = checkpoints.filter((stored) => stored.run === newest.run)
  const damagedCount = chance.chance(0.75) ? 1 : chance.chance(0.6) ? 2 : ofRun.length
  const targets = ofRun.slice(-damagedCount)
  const foreign = others.filter((other) => other.shape !== scene.shape).map((other) => filesIn(other.disk, other.checkpoints.at(-1)!.folder))
  const changed = new Map(disk)
  for (const target of targets) {
    const files = filesIn(disk, target.folder)
    const from = {
      older: ofRun.filter((stored) => stored.checkpoint < target.checkpoint).map((stored) => filesIn(disk, stored.folder)),
      others: checkpoints.filter((stored) => stored.run !== newest.run).map((stored) => filesIn(disk, stored.folder)),
      foreign,
    }
    const damaged = await damage.apply(files, chance, from)
    if (damaged === null || isSame(damaged, files)) {
      if (target === newest) return null
      continue
    }
    changed.set(`${target.folder}/manifest.json`, damaged.manifest)
    for (const name of files.chunks.keys()) changed.delete(`${target.folder}/${name}`)
    for (const [name, bytes] of damaged.chunks) changed.set(`${target.folder}/${name}`, bytes)
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
