/**
 * `npm run chaos -- [--kills N] [--seed S] [--job NAME] [--parallelism N]`: kills real processes by SIGKILL, at random moments, and compares what they and
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
    parallelism: { type: 'string', default: '1' },
  },
})
const kills = whole('kills', values.kills)
const seed = whole('seed', values.seed)
const parallelism = whole('parallelism', values.parallelism)
const chosen = values.job === undefined ? jobs : jobs.filter((job) => job.name === values.job)
if (chosen.length === 0) fail(`--job takes ${jobs.map((job) => job.name).join(' or ')}, not ${values.job}`)
if (parallelism === 0) fail('--parallelism takes a number from 1 on, not 0')

console.log(`chaos: ${kills} kills, seed ${seed}, parallelism ${parallelism}`)
const began = performance.now()

/** All jobs at once: a life is paced, and leaves most of the machine to others. */
const counts = await Promise.all(
  chosen.map((job, index) => {
    const share = Math.floor(kills / chosen.length) + (index < kills % chosen.length ? 1 : 0)
    return chaos(job, share, chanceFrom(seed + index), { parallelism, tell: (line) => process.stdout.isTTY && console.log(line) })
  }),
)
for (const [index, count] of counts.entries()) {
  const job = chosen[index]!
  console.log(`${job.name}: ${count.kills} kills in ${count.rounds} rounds`)
  console.log(`  ${count.inTheMiddle} of them between the first and the last record`)
  console.log(`  ${count.resumes} resumes from a checkpoint with records in it`)
  const known = job.expected === null ? '' : ` and to ${job.expected}`
  if (count.faults.length === 0) console.log(`  ${parallelism === 1 ? 'bytes' : 'lines'} equal to an undisturbed run's and to the reference's${known}`)
  else {
    console.log(`  FAILED\n  ${count.faults.join('\n  ')}`)
    process.exitCode = 1
  }
}
console.log(`${((performance.now() - began) / 1_000).toFixed(0)} s`)
