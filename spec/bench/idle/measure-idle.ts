/** What a slot costs that has nothing to do: resident memory of processes with an idle job, in turn; the package installed as a user has it. */
import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { install } from '../installed.ts'
import { median, spread } from '../statistics.ts'
import { columns } from '../text-columns.ts'

const slotsCompared = [0, 1, 2, 4] as const

/** Prints a table. */
export const measureIdle = (rounds: number): void => {
  const project = mkdtempSync(join(tmpdir(), 'millrace-idle-'))
  try {
    install(project)
    for (const file of ['topology.ts', 'job.ts']) copyFileSync(fileURLToPath(new URL(file, import.meta.url)), join(project, file))
    const measured = slotsCompared.map((): number[] => [])
    for (let round = 0; round < rounds; round++) for (const [index, slots] of slotsCompared.entries()) measured[index]!.push(rssMiB(project, slots))
    const without = median(measured[0]!)
    const rows = slotsCompared.map((slots, index) => {
      const rss = median(measured[index]!)
      return [String(slots), rss.toFixed(1), spread(measured[index]!, 1), slots === 0 ? '' : ((rss - without) / slots).toFixed(1)]
    })
    console.log(columns([['slots of an idle job', 'rss MiB', 'least–most', 'a slot'], ...rows]))
  } finally {
    rmSync(project, { recursive: true, force: true })
  }
}

const rssMiB = (project: string, slots: number): number => {
  const { status, stdout } = spawnSync(process.execPath, ['job.ts', String(slots)], { cwd: project, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
  if (status !== 0) throw new Error(`the idle job on ${slots} slots ended with exit code ${status}`)
  return Number(stdout) / 2 ** 20
}
