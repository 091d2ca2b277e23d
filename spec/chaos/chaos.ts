/**
 * Kills a job at random moments, starts it again each time, and compares what it has written with what an undisturbed run writes.
 *
 * A round: a fresh folder, up to ten kills, then a last life that ends by itself. After every kill the output file must hold a beginning
 * of the whole, or some lines of it: at every moment it shows committed output only.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ChaosJob } from './jobs.ts'
import { outputOf } from './jobs.ts'
import { comparisonWith } from './comparison.ts'
import type { Comparison } from './comparison.ts'
import { live } from './life.ts'
import type { Aim, Life, Victim } from './life.ts'
import { referenceOutput } from './reference-output.ts'
import type { Chance } from './random.ts'

export interface ChaosCount {
  readonly kills: number
  readonly rounds: number
  /** Kills after the victim's first record and before the job's last. */
  readonly inTheMiddle: number
  /** Lives that began at a checkpoint taken after the first record. */
  readonly resumes: number
  /** What was not as it should be; empty when all is well. */
  readonly faults: readonly string[]
}

export interface ChaosOptions {
  readonly parallelism?: number
  tell?(line: string): void
}

const KILLS_PER_ROUND_MAX = 10
/** Of all kills: while the victim opens, and while it ends. The others are spread evenly between the job's first record and the last. */
const OPENING_SHARE = 0.025
const ENDING_SHARE = 0.025
/** Milliseconds after the moment that is aimed at, at most: kills fall into all that a job does between two records. */
const OPENING_MS = 700
const ENDING_MS = 40
const MIDDLE_MS = 15

/** Kills `job` until there were `kills` kills, or a fault; the folder of a faulty round is kept. */
export const chaos = async (job: ChaosJob, kills: number, chance: Chance, { parallelism = 1, tell }: ChaosOptions = {}): Promise<ChaosCount> => {
  const victim: Victim = { job, parallelism }
  const comparison = comparisonWith(await referenceOutput(job), parallelism)
  const faults: string[] = []
  const whole = await undisturbed(victim)
  if (!comparison.isWhole(whole)) faults.push(`${job.name}: an undisturbed run does not write what the reference gives`)
  if (job.expected !== null && !comparison.isWhole(readFileSync(job.expected))) faults.push(`${job.name}: the reference does not give ${job.expected}`)
  let count: ChaosCount = { kills: 0, rounds: 0, inTheMiddle: 0, resumes: 0, faults }
  while (count.kills < kills && count.faults.length === 0) {
    const planned = Math.min(chance.whole(1, KILLS_PER_ROUND_MAX), kills - count.kills)
    count = added(count, await round(victim, comparisonWith(whole, parallelism), planned, chance))
    tell?.(`${job.name}: round ${count.rounds}, ${count.kills} of ${kills} kills, ${count.inTheMiddle} mid-way, ${count.resumes} resumes`)
  }
  return count
}

const added = (a: ChaosCount, b: ChaosCount): ChaosCount => ({
  kills: a.kills + b.kills,
  rounds: a.rounds + b.rounds,
  inTheMiddle: a.inTheMiddle + b.inTheMiddle,
  resumes: a.resumes + b.resumes,
  faults: [...a.faults, ...b.faults],
})

const newFolder = (job: ChaosJob): string => mkdtempSync(join(tmpdir(), `millrace-chaos-${job.name}-`))

const undisturbed = async (victim: Victim): Promise<Buffer> => {
  const { job } = victim
  const folder = newFolder(job)
  try {
    const life = await live(victim, folder, null)
    if (life.end !== 'finished') throw new Error(`${job.name} does not run to its end undisturbed: ${life.stderr}`)
    return readFileSync(outputOf(job, folder))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const round = async (victim: Victim, comparison: Comparison, planned: number, chance: Chance): Promise<ChaosCount> => {
  const { job } = victim
  const folder = newFolder(job)
  const path = outputOf(job, folder)
  const lives: Life[] = []
  const faults: string[] = []
  let isEnded = false
  for (const [kill, aim] of aimsOf(job, planned, chance).entries()) {
    if (isEnded || faults.length > 0) break
    const life = await live(victim, folder, aim)
    lives.push(life)
    isEnded = life.end === 'finished'
    if (life.end === 'failed') faults.push(`${job.name}: life ${lives.length} failed: ${life.stderr}`)
    else if (existsSync(path) && !comparison.isPart(readFileSync(path)))
      faults.push(`${job.name}: after kill ${kill + 1} the file holds what was not committed`)
  }
  if (faults.length === 0 && !isEnded) {
    const last = await live(victim, folder, null)
    lives.push(last)
    if (last.end !== 'finished') faults.push(`${job.name}: the last life failed: ${last.stderr}`)
  }
  if (faults.length === 0 && !comparison.isWhole(readFileSync(path)))
    faults.push(`${job.name}: after ${lives.length - 1} kills the file differs from an undisturbed run's`)
  if (faults.length === 0) rmSync(folder, { recursive: true, force: true })
  return {
    kills: lives.filter((life) => life.end === 'killed').length,
    rounds: 1,
    inTheMiddle: lives.filter((life) => life.inTheMiddle).length,
    resumes: lives.filter((life) => life.from === 'resumed' && life.recordsBefore > 0).length,
    faults: faults.map((fault) => `${fault}\n  kept: ${folder}`),
  }
}

/** Where the kills of one round are aimed at, in the order of the job's records. */
const aimsOf = (job: ChaosJob, planned: number, chance: Chance): Aim[] =>
  Array.from({ length: planned }, () => chance.whole(1, job.records - 1))
    .toSorted((a, b) => a - b)
    .map((records) => {
      const [kind, share] = [chance.next(), chance.next()]
      if (kind < OPENING_SHARE) return { at: 0, ms: share * OPENING_MS }
      if (kind < OPENING_SHARE + ENDING_SHARE) return { at: job.records, ms: share * ENDING_MS }
      return { at: records, ms: share * MIDDLE_MS }
    })
