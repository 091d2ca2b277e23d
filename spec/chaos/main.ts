/**
 * `npm run chaos -- [--kills N] [--seed S] [--job NAME]`: kills real processes by SIGKILL, at random moments, and compares what they and
 * those that go on after them have written with what an undisturbed run and the reference write.
 */
import { parseArgs } from 'node:util'
import { chaos } from './chaos.ts'
import { jobs } from './jobs.ts'
import { chanceFrom } from './random.ts'

const fail = (message: string): never => {
  console.error(message)
  process.exit(2)
}

const whole = (name: string, text: string): number =>
  /^\d+$/.test(text) ? Number(text) : fail(`--${name} takes a whole number, not ${text}`)

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '200' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    job: { type: 'string' },
  },
})
const kills = whole('kills', values.kills)
const seed = whole('seed', values.seed)
const chosen = values.job === undefined ? jobs : jobs.filter((job) => job.name === values.job)
if (chosen.length === 0) fail(`--job takes ${jobs.map((job) => job.name).join(' or ')}, not ${values.job}`)

console.log(`chaos: ${kills} kills, seed ${seed}`)
const chance = chanceFrom(seed)
for (const [index, job] of chosen.entries()) {
  const share = Math.floor(kills / chosen.length) + (index < kills % chosen.length ? 1 : 0)
  const count = await chaos(job, share, chance, (line) => process.stdout.isTTY && console.log(line))
  console.log(`${job.name}: ${count.kills} kills in ${count.rounds} rounds`)
  console.log(`  ${count.inTheMiddle} of them between the first and the last record`)
  console.log(`  ${count.resumes} resumes from a checkpoint with records in it`)
  const known = job.expected === null ? '' : ` and to ${job.expected}`
  if (count.faults.length === 0) console.log(`  bytes equal to an undisturbed run's and to the reference's${known}`)
  else {
    console.log(`  FAILED\n  ${count.faults.join('\n  ')}`)
    process.exitCode = 1
  }
}
