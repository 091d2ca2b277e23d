/** `npm run soak -- [--minutes 10] [--job windows|running|sessions] [--slots 0] [--bound 1]`: full speed with checkpoints, and whether memory grows. */
import { parseArgs } from 'node:util'
import { columns } from '../bench/text-columns.ts'
import { grows, growthOf } from './growth.ts'
import type { Sample } from './growth.ts'
import { jobNames } from './job-names.ts'
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
    slots: { type: 'string', default: '0' },
    bound: { type: 'string', default: '1' },
  },
})
const number = (name: string, text: string): number => (Number.isFinite(Number(text)) ? Number(text) : refuse(`--${name} takes a number, not ${text}`))
const minutes = number('minutes', values.minutes)
if (minutes <= 0) refuse('--minutes must be above 0')
const bound = number('bound', values.bound)
const slots = number('slots', values.slots)
if (!Number.isInteger(slots) || slots < 0) refuse('--slots must be a whole number, 0 or more')
const job = jobNames.find((name) => name === values.job) ?? refuse(`--job takes ${jobNames.join(', ')}, not ${values.job}`)

const row = ({ minutes: at, threads, rss }: Sample): string[] => [at.toFixed(2), ...threads.flatMap(({ heap, buffers }) => [heap.toFixed(1), buffers.toFixed(1)]), rss.toFixed(0)]
const head = ({ threads }: Sample): string[] => ['minutes', ...threads.flatMap(({ thread }) => [`${thread}: heap MiB`, 'buffers']), 'rss']
const forMs = minutes * 60_000
console.log(`soak: ${job} for ${minutes} min on ${slots} slots, a checkpoint each second; heap and buffers may grow by ${bound} MiB/min in the second half`)
try {
  const { samples, records, checkpoints } = await soak(job, slots, forMs, Math.min(samplesEveryMsMax, forMs / samplesMin), (sample, running) => {
    if (process.stderr.isTTY) console.error(`${row(sample).join('  ')}  ${running.metrics().records.toLocaleString('en-US')} records`)
  })
  const growth = growthOf(samples)
  console.log(columns([samples[0] === undefined ? ['no sample'] : head(samples[0]), ...samples.map(row)]))
  console.log(`${records.toLocaleString('en-US')} records, ${checkpoints} checkpoints`)
  for (const { thread, heap, buffers } of growth.threads) console.log(`MiB/min in the second half, ${thread}: heap ${heap.toFixed(3)}, buffers ${buffers.toFixed(3)}`)
  console.log(`MiB/min in the second half, rss: ${growth.rss.toFixed(3)}`)
  if (checkpoints === 0) console.log('FAILED: no checkpoint completed')
  if (grows(growth, bound)) console.log(`FAILED: memory grows by more than ${bound} MiB/min`)
  if (checkpoints === 0 || grows(growth, bound)) process.exitCode = 1
} catch (error) {
  console.error(`soak: ${(error as Error).message}`)
  process.exitCode = 1
}
