/** One life of a victim: from its start to a kill, or to its own end. */
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { ChaosJob } from './jobs.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const victim = fileURLToPath(new URL('victim.ts', import.meta.url))
/** Milliseconds after which a life that neither ends nor is killed is a failure. */
const LIFE_MAX = 120_000

/** When to kill: so many milliseconds after a moment of the victim's life. */
export interface Aim {
  readonly after: 'spawn' | 'first record' | 'last record'
  /** Given how many records were read in earlier lives. */
  delay(recordsBefore: number): number
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
export const live = (job: ChaosJob, folder: string, aim: Aim | null): Promise<Life> =>
  new Promise((resolve, reject) => {
    const args = ['--conditions=@millrace/source', victim, job.name, folder]
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
    const killAfter = (moment: Aim['after']): void => {
      if (aim?.after === moment) timers.push(setTimeout(() => child.kill('SIGKILL'), aim.delay(recordsBefore)))
    }
    killAfter('spawn')
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
    createInterface({ input: child.stdout }).on('line', (line) => {
      lines.push(line)
      if (line.startsWith('started')) recordsBefore = Number(line.split(' ')[2])
      if (line === 'first record' || line === 'last record') killAfter(line)
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
