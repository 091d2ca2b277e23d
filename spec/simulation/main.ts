/** `npm run sim -- SEED` replays one seed; `npm run sim -- FROM..TO` runs a range; without either, 10,000 from a random start. */
import { checkSeed } from './check.ts'

const [argument = ''] = process.argv.slice(2)
const range = /^(\d+)\.\.(\d+)$/.exec(argument)
const single = /^\d+$/.test(argument) ? Number(argument) : null
if (argument !== '' && range === null && single === null) {
  console.error(`expected a seed or a range FROM..TO, not '${argument}'`)
  process.exit(2)
}
const start = Math.floor(Math.random() * 2 ** 30)
const [from, to] = single !== null ? [single, single + 1] : range !== null ? [Number(range[1]), Number(range[2])] : [start, start + 10_000]

let failed = 0
let crashes = 0
let resumes = 0
let restarts = 0
for (let seed = from; seed < to; seed++) {
  const report = await checkSeed(seed)
  crashes += report.crashes
  resumes += report.resumes
  restarts += report.restarts
  if (single !== null) console.log(`seed ${seed}: ${report.describe}\n${report.crashes} crashes, ${report.resumes} resumes, ${report.restarts} restarts`)
  if (report.difference === null) continue
  failed++
  console.log(`seed ${seed} differs (${report.describe}):\n  ${report.difference}\n  npm run sim -- ${seed}`)
  if (failed >= 20) break
}
console.log(`${to - from} seeds, ${crashes} crashes, ${resumes} resumes from a checkpoint, ${restarts} restarts: ${failed} differ`)
process.exit(failed === 0 ? 0 : 1)
