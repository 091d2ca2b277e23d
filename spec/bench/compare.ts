/** Millrace and the plain loop in turn, each time in a process of its own; medians and their ratio. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { median } from './measure.ts'
import type { Engine, Result } from './measure.ts'
import type { Workload } from './workload.ts'

const main = fileURLToPath(new URL('main.ts', import.meta.url))

export const compare = (workloads: readonly Workload[], rounds: number): void => {
  for (const workload of workloads) {
    const speeds: Record<Engine, number[]> = { millrace: [], 'plain loop': [] }
    for (let round = 0; round < rounds; round++)
      for (const engine of ['millrace', 'plain loop'] as const) {
        const { recordsPerSecond } = oneRun(workload, engine)
        speeds[engine].push(recordsPerSecond)
        console.error(`${workload.name}, round ${round + 1}, ${engine}: ${recordsPerSecond.toLocaleString('en-US')} records/s`)
      }
    const [engine, loop] = [median(speeds.millrace), median(speeds['plain loop'])]
    const ratio = Number((engine / loop).toFixed(3))
    console.log(JSON.stringify({ workload: workload.name, rounds, millrace: engine, plainLoop: loop, ratio }))
  }
}

const oneRun = (workload: Workload, engine: Engine): Result => {
  const args = ['--conditions=@millrace/source', main, workload.name, '--engine', engine, '--runs', '1']
  const { status, stdout } = spawnSync(process.execPath, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
  if (status !== 0) throw new Error(`${engine} ended with exit code ${status}`)
  return JSON.parse(stdout) as Result
}
