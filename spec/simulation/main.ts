/** `npm run sim -- SEED` replays one seed; `npm run sim -- FROM..TO` runs a range; without either, 10,000 from a random start. `--slots` runs them on threads. */
import { checkSeed } from './check.ts'
import type { SeedReport } from './check.ts'
import { differences, total } from './reports.ts'

const given = process.argv.slice(2)
const slots = given.includes('--slots')
const [argument = ''] = given.filter((one) => one !== '--slots')
const range = /^(\d+)\.\.(\d+)$/.exec(argument)
const single = /^\d+$/.test(argument) ? Number(argument) : null
if (argument !== '' && range === null && single === null) {
  console.error(`expected a seed or a range FROM..TO, not '${argument}'`)
  process.exit(2)
}
const start = Math.floor(Math.random() * 2 ** 30)
const [from, to] = single !== null ? [single, single + 1] : range !== null ? [Number(range[1]), Number(range[2])] : [start, start + 10_000]

const counts = ['crashes', 'resumes', 'restarts', ...(slots ? (['moves', 'lost', 'vanished', 'stalled', 'hangs'] as const) : [])] as const
const inWords = (all: readonly SeedReport[]): string => counts.map((name) => `${total(all, name)} ${name}`).join(', ')

const all: SeedReport[] = []
let failed = 0
for (let seed = from; seed < to && failed < 20; seed++) {
  const report = await checkSeed(seed, { slots })
  all.push({ ...report, outputs: {} })
  if (single !== null) console.log(`seed ${seed}: ${report.describe}\n${inWords([report])}`)
  if (report.difference === null) continue
  failed++
  console.log(differences([report], ...(slots ? ['--slots'] : [])).join('\n'))
}
console.log(`${all.length} seeds, ${inWords(all)}: ${failed} differ`)
process.exit(failed === 0 ? 0 : 1)
