/** Runs `slow` for some seconds on two slots and prints, as JSON, what became of memory, processor time and records meanwhile. `slow-sink.ts SECONDS HOT SPEED` */
import { setTimeout as later } from 'node:timers/promises'
import { run } from 'millrace'
import slow from '../topologies/slow.ts'

const [seconds = 60, hot = 0, speed = 2] = process.argv.slice(2).map(Number)
/** Until code is compiled, buffers are full, and the heaps as large as they get before what has been processed is collected. */
const SETTLING_MS = 25_000

const job = await run(slow, { slots: 2, parallelism: 4, parameters: { hot, speed } })
const failed = job.completed.catch(() => undefined)

const look = () => {
  const { operators } = job.metrics()
  const sum = (id: string, what: 'in' | 'out'): number => Object.entries(operators).reduce((total, [name, facts]) => (name.startsWith(`${id}/`) && (id === 'numbers' || name.endsWith('!')) ? total + facts[what] : total), 0)
  return { at: performance.now(), cpu: process.cpuUsage(), rss: process.memoryUsage.rss(), read: sum('numbers', 'out'), written: sum('out', 'in') }
}

await later(SETTLING_MS)
const before = look()
await later(seconds * 1_000 - SETTLING_MS)
const after = look()
await job.cancel()
await failed
const cpuMs = (after.cpu.user + after.cpu.system - before.cpu.user - before.cpu.system) / 1_000
console.log(
  JSON.stringify({
    /** Of one core. */
    busy: cpuMs / (after.at - before.at),
    rssMiB: (after.rss - before.rss) / 2 ** 20,
    read: after.read - before.read,
    written: after.written - before.written,
    underWay: after.read - after.written,
    perSecond: (1_000 * (after.written - before.written)) / (after.at - before.at),
  }),
)
