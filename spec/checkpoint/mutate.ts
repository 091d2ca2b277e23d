/**
 * `npm run mutate -- [--count N] [--seed S] [--jobs N]`: damages stored checkpoints of jobs that died half-way, and runs the jobs on. Each must
 * refuse, or report the damage and end with the output of an undamaged one.
 */
import { parseArgs } from 'node:util'
import { scenes } from './damage-scene.ts'
import { trials } from './trials.ts'

const fail = (message: string): never => {
  console.error(message)
  process.exit(2)
}

const whole = (name: string, text: string): number => (/^\d+$/.test(text) ? Number(text) : fail(`--${name} takes a whole number, not ${text}`))

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '10000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    jobs: { type: 'string', default: '32' },
  },
})
const [count, seed, jobs] = [whole('count', values.count), whole('seed', values.seed), whole('jobs', values.jobs)]

const all = await scenes(seed, jobs)
console.log(`mutate: ${count} damages to checkpoints of ${jobs} jobs, seed ${seed}`)
const { trials: done, byDamage, faults } = await trials(all, count, seed)
const width = Math.max(...[...byDamage.keys()].map((name) => name.length))
console.log(`${'damage'.padEnd(width)}  refused  older one taken  wrong`)
let [refused, older] = [0, 0]
for (const [name, tally] of byDamage) {
  refused += tally.refused
  older += tally.older
  console.log(`${name.padEnd(width)}  ${String(tally.refused).padStart(7)}  ${String(tally.older).padStart(15)}  ${String(tally.wrong).padStart(5)}`)
}
console.log(`${done} damages: ${refused} refused, ${older} reported with the output of an undamaged run, ${faults.length} wrong`)
for (const fault of faults) console.log(`\nWRONG: ${fault}`)
process.exit(faults.length === 0 ? 0 : 1)
