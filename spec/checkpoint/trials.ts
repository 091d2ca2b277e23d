/** Many trials from one seed, counted by damage. */
import { seededRandom } from '../../lib/env/sim-random.ts'
import type { Scene } from './damage-scene.ts'
import { trialOf } from './damage-trial.ts'
import type { Trial } from './damage-trial.ts'
import { damages } from './damages.ts'

export interface Tally {
  readonly refused: number
  readonly older: number
  readonly wrong: number
}

export interface TrialCount {
  readonly trials: number
  readonly byDamage: ReadonlyMap<string, Tally>
  /** Those that were wrong, in words. */
  readonly faults: readonly string[]
}

/** Draws damages in turn and scenes by chance, until there were `count` trials. `stopAfter`: faults at most. */
export const trials = async (all: readonly Scene[], count: number, seed: number, stopAfter = 20): Promise<TrialCount> => {
  const chance = seededRandom(seed)
  const byDamage = new Map<string, Tally>()
  const faults: string[] = []
  let done = 0
  for (let turn = 0; done < count && faults.length < stopAfter; turn++) {
    const damage = damages[turn % damages.length]!
    const trial = await trialOf(all[chance.below(all.length)]!, all, damage, chance)
    if (trial === null) continue
    done++
    const { refused, older, wrong } = byDamage.get(damage.name) ?? { refused: 0, older: 0, wrong: 0 }
    byDamage.set(damage.name, {
      refused: refused + Number(trial.verdict === 'refused'),
      older: older + Number(trial.verdict === 'older'),
      wrong: wrong + Number(trial.verdict === 'wrong'),
    })
    if (trial.fault !== null) faults.push(inWords(trial))
  }
  return { trials: done, byDamage, faults }
}

const inWords = ({ damage, seed, restore, fault }: Trial): string => `${damage}, of the job of seed ${seed}, restore: ${restore}: ${fault}`
