/** `node job.ts SLOTS`: runs the idle job, prints the resident memory of this process in bytes when it has settled, and ends. */
import { setTimeout as sleep } from 'node:timers/promises'
import { run } from 'millrace'
import idle from './topology.ts'

const SETTLE_MS = 2_000

const slots = Number(process.argv[2])
const job = await run(idle, { slots, parallelism: Math.max(1, slots) })
await sleep(SETTLE_MS)
console.log(process.memoryUsage.rss())
await job.cancel()
await job.completed.catch(() => undefined)
