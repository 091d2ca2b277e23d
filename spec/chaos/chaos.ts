/**
 * Kills a job at random moments, starts it again each time, and compares what it has written with what an undisturbed run writes.
 *
 * A round: a fresh folder, up to five kills, then a last life that ends by itself. After every kill the output file must hold a beginning
 * of the whole: at every moment it shows committed output only.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ChaosJob } from './jobs.ts'
import { outputOf } from './jobs.ts'
import { live } from './life.ts'
import { referenceOutput } from './reference-output.ts'
import type { Aim, Life } from './life.ts'
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

const KILLS_PER_ROUND_MAX = 5
/** Of all kills: while the victim opens, and while it ends. The others are spread evenly between its first record and the last. */
const OPENING_SHARE = 0.025
const ENDING_SHARE = 0.025
/** What the latest of those leave to be read, in records and in milliseconds: it takes its time to see the first record, and to kill. */
const RECORDS_LEFT = 3
const MS_LEFT = 30
const OPENING_MS = 700
const ENDING_MS = 40

/** Kills `job` until there were `kills` kills, or a fault; the folder of a faulty round is kept. */
export const chaos = async (
  job: ChaosJob,
  kills: number,
  chance: Chance,
  tell: (line: string) => void = () => undefined,
): Promise<ChaosCount> => {
  const whole = await undisturbed(job)
  const faults: string[] = []
  if (!whole.equals(await referenceOutput(job))) faults.push(`${job.name}: an undisturbed run does not write what the reference gives`)
  if (job.expected !== null && !whole.equals(readFileSync(job.expected))) faults.push(`${job.name}: an undisturbed run does not write ${job.expected}`)
  let count: ChaosCount = { kills: 0, rounds: 0, inTheMiddle: 0, resumes: 0, faults }
  while (count.kills < kills && count.faults.length === 0) {
    const planned = Math.min(chance.whole(0, KILLS_PER_ROUND_MAX), kills - count.kills)
    count = added(count, await round(job, whole, planned, chance))
    tell(`${job.name}: round ${count.rounds}, ${count.kills} of ${kills} kills, ${count.inTheMiddle} mid-way, ${count.resumes} resumes`)
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

const undisturbed = async (job: ChaosJob): Promise<Buffer> => {
  const folder = newFolder(job)
  try {
    const life = await live(job, folder, null)
    if (life.end !== 'finished') throw new Error(`${job.name} does not run to its end undisturbed: ${life.stderr}`)
    return readFileSync(outputOf(job, folder))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const round = async (job: ChaosJob, whole: Buffer, planned: number, chance: Chance): Promise<ChaosCount> => {
  const folder = newFolder(job)
  const path = outputOf(job, folder)
  const lives: Life[] = []
  const faults: string[] = []
  let isEnded = false
  for (let kill = 0; kill < planned && !isEnded && faults.length === 0; kill++) {
    const life = await live(job, folder, aimed(job, chance))
    lives.push(life)
    isEnded = life.end === 'finished'
    if (life.end === 'failed') faults.push(`${job.name}: life ${lives.length} failed: ${life.stderr}`)
    else if (existsSync(path) && !isBeginningOf(readFileSync(path), whole))
      faults.push(`${job.name}: after kill ${kill + 1} the file holds what was not committed`)
  }
  if (faults.length === 0 && !isEnded) {
    const last = await live(job, folder, null)
    lives.push(last)
    if (last.end !== 'finished') faults.push(`${job.name}: the last life failed: ${last.stderr}`)
  }
  if (faults.length === 0 && !readFileSync(path).equals(whole))
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

const aimed = (job: ChaosJob, chance: Chance): Aim => {
  const [kind, share] = [chance.next(), chance.next()]
  if (kind < OPENING_SHARE) return { after: 'spawn', delay: () => share * OPENING_MS }
  if (kind < OPENING_SHARE + ENDING_SHARE) return { after: 'last record', delay: () => share * ENDING_MS }
  return {
    after: 'first record',
    delay: (before) => share * Math.max(0, ((job.records - before - RECORDS_LEFT) / job.recordsPerSecond) * 1_000 - MS_LEFT),
  }
}

const isBeginningOf = (part: Buffer, whole: Buffer): boolean => whole.subarray(0, part.length).equals(part)
