/** One life of a victim: from its start to a kill, or to its own end. */
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { ChaosJob } from './jobs.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const program = fileURLToPath(new URL('victim.ts', import.meta.url))
/** Milliseconds after which a life that neither ends nor is killed is a failure. */
const LIFE_MAX = 120_000

/** What is run and killed. */
export interface Victim {
  readonly job: ChaosJob
  readonly parallelism: number
}

/** When to kill: so many milliseconds after the job has read so many records, in all its lives; 0: after the process was started. */
export interface Aim {
  readonly at: number
  readonly ms: number
}

export interface Life {
  /** Null: killed before it had opened. */
  readonly from: 'new' | 'resumed' | 'finished' | null
  /** Read in earlier lives, as its checkpoint says. */
  readonly recordsBefore: number
  readonly end: 'killed' | 'finished' | 'failed'
  /** Killed after it had read its first record and before it had read the last of all. */
  readonly inTheMiddle: boolean
  readonly stderr: string
}

/** Runs a victim; with an aim, until SIGKILL reaches it, otherwise to its end. */
export const live = ({ job, parallelism }: Victim, folder: string, aim: Aim | null): Promise<Life> =>
  new Promise((resolve, reject) => {
    const args = ['--conditions=@millrace/source', program, job.name, folder, String(parallelism), String(aim?.at ?? 0)]
    const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
    const lines: string[] = []
    let stderr = ''
    let recordsBefore = 0
    let hangs = false
    const endHanging = (): void => {
      hangs = true
      stderr += `it neither ended nor was killed within ${LIFE_MAX} ms`
      child.kill('SIGKILL')
    }
    const timers = [setTimeout(endHanging, LIFE_MAX)]
    const killAfter = (ms: number): void => void timers.push(setTimeout(() => child.kill('SIGKILL'), ms))
    if (aim?.at === 0) killAfter(aim.ms)
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
    createInterface({ input: child.stdout }).on('line', (line) => {
      lines.push(line)
      if (line.startsWith('started')) recordsBefore = Number(line.split(' ')[2])
      if (line === 'aim' && aim !== null) killAfter(aim.ms)
    })
    child.on('error', reject)
    child.on('close', (code, signal) => {
      for (const timer of timers) clearTimeout(timer)
      const started = lines.find((line) => line.startsWith('started'))
      const isKilled = signal === 'SIGKILL' && aim !== null && !hangs
      resolve({
        from: started === undefined ? null : (started.split(' ')[1] as Life['from']),
        recordsBefore,
        end: isKilled ? 'killed' : code === 0 ? 'finished' : 'failed',
        inTheMiddle: isKilled && lines.includes('first record') && !lines.includes('last record'),
        stderr,
      })
    })
  })
