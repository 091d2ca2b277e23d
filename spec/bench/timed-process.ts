/** A process run to its end: how long it took from its spawning, and what it used. */
import { spawn } from 'node:child_process'
import type { Readable } from 'node:stream'

export interface Timed {
  readonly seconds: number
  /** Of all its threads. */
  readonly cpuSeconds: number
  /** Peak. */
  readonly rssMiB: number
}

/** Written to file descriptor 3 when the process ends. */
const reporting = 'import{writeSync}from"node:fs";process.on("exit",()=>writeSync(3,JSON.stringify(process.resourceUsage())))'

/** Runs `node ARGS`. @throws when it ends with another exit code than 0 */
export const timedProcess = (args: readonly string[], cwd: string): Promise<Timed> =>
  new Promise((resolve, reject) => {
    const from = performance.now()
    const child = spawn(process.execPath, ['--import', `data:text/javascript,${encodeURIComponent(reporting)}`, ...args], {
      cwd,
      stdio: ['ignore', 'ignore', 'inherit', 'pipe'],
    })
    let seconds = NaN
    let usage = ''
    const report = child.stdio[3] as Readable
    report.setEncoding('utf8').on('data', (text: string) => (usage += text))
    child.on('error', reject)
    child.on('exit', () => (seconds = (performance.now() - from) / 1_000))
    child.on('close', (code) => {
      if (code !== 0) return reject(new Error(`node ${args.join(' ')} ended with exit code ${code}`))
      const { userCPUTime, systemCPUTime, maxRSS } = JSON.parse(usage) as NodeJS.ResourceUsage
      resolve({ seconds, cpuSeconds: (userCPUTime + systemCPUTime) / 1e6, rssMiB: Math.round(maxRSS / 1_024) })
    })
  })
