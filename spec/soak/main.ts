/** `npm run soak -- [--minutes 10] [--job windows|running|sessions] [--bound 1]`: full speed with checkpoints, and whether memory grows. */
import { parseArgs } from 'node:util'
import { columns } from '../bench/text-columns.ts'
import { grows, growthOf } from './growth.ts'
import type { Sample } from './growth.ts'
import { jobs } from './jobs.ts'
import { soak } from './soak.ts'

const refuse = (message: string): never => {
  console.error(message)
  process.exit(2)
}

const samplesMin = 20
const samplesEveryMsMax = 5_000

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    job: { type: 'string', default: 'windows' },
    bound: { type: 'string', default: '1' },
  },
})
const number = (name: string, text: string): number => (Number.isFinite(Number(text)) ? Number(text) : refuse(`--${name} takes a number, not ${text}`))
const minutes = number('minutes', values.minutes)
if (minutes <= 0) refuse('--minutes must be above 0')
const bound = number('bound', values.bound)
const build = jobs[values.job] ?? refuse(`--job takes ${Object.keys(jobs).join(', ')}, not ${values.job}`)

const row = ({ minutes: at, heap, buffers, rss }: Sample): string[] => [at.toFixed(2), heap.toFixed(1), buffers.toFixed(1), rss.toFixed(0)]
const forMs = minutes * 60_000
console.log(`soak: ${values.job} for ${minutes} min, a checkpoint each second; heap and buffers may grow by ${bound} MiB/min in the second half`)
try {
  const { samples, records, checkpoints } = await soak(build, forMs, Math.min(samplesEveryMsMax, forMs / samplesMin), (sample, job) => {
    if (process.stderr.isTTY) console.error(`${row(sample).join('  ')}  ${job.metrics().records.toLocaleString('en-US')} records`)
  })
  const growth = growthOf(samples)
  console.log(columns([['minutes', 'heap MiB', 'buffers MiB', 'rss MiB'], ...samples.map(row)]))
  console.log(`${records.toLocaleString('en-US')} records, ${checkpoints} checkpoints`)
  console.log(`MiB/min in the second half: heap ${growth.heap.toFixed(3)}, buffers ${growth.buffers.toFixed(3)}, rss ${growth.rss.toFixed(3)}`)
  if (checkpoints === 0) console.log('FAILED: no checkpoint completed')
  if (grows(growth, bound)) console.log(`FAILED: memory grows by more than ${bound} MiB/min`)
  if (checkpoints === 0 || grows(growth, bound)) process.exitCode = 1
} catch (error) {
  console.error(`soak: ${(error as Error).message}`)
  process.exitCode = 1
}
