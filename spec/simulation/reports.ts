/** Many seeds, and what they say together. */
import { checkSeed } from './check.ts'
import type { CheckOptions, SeedReport } from './check.ts'

export const reports = async (from: number, to: number, options: CheckOptions = {}): Promise<SeedReport[]> => {
  const all: SeedReport[] = []
  for (let seed = from; seed < to; seed++) all.push(await checkSeed(seed, options))
  return all
}

/** In words, with the command that plays the seed again. */
export const differences = (all: readonly SeedReport[], ...flags: readonly string[]): string[] =>
  all.flatMap(({ seed, describe: words, difference }) => (difference === null ? [] : [`seed ${seed} (${words}):\n  ${difference}\n  npm run sim -- ${[...flags, seed].join(' ')}`]))

type Count = { [Name in keyof SeedReport]: SeedReport[Name] extends number ? Name : never }[keyof SeedReport]

export const total = (all: readonly SeedReport[], name: Count): number => all.reduce((sum, report) => sum + report[name], 0)
