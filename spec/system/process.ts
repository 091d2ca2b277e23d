/** Runs a file from source, as a user would, and keeps what it printed. */
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export const root: string = fileURLToPath(new URL('../../', import.meta.url))

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

export interface Running {
  readonly ended: Promise<Ended>
  kill(signal: NodeJS.Signals): void
  /** All that it has printed so far. */
  printed(): string
}

/** Starts `node FILE ARGS` in the repository's folder. */
export const start = (file: string, ...args: readonly string[]): Running => {
  const child = spawn(process.execPath, ['--conditions=@millrace/source', file, ...args], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  return {
    printed: () => stdout + stderr,
    kill: (signal) => void child.kill(signal),
    ended: new Promise((resolve, reject) => {
      child.on('error', reject)
      child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }))
    }),
  }
}

/** Waits until it is true, asking every 10 ms. @throws after 20 s */
export const until = async (isTrue: () => boolean): Promise<void> => {
  const last = performance.now() + 20_000
  while (!isTrue()) {
    if (performance.now() > last) throw new Error('it did not come true within 20 s')
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

export const run = (file: string, ...args: readonly string[]): Promise<Ended> => start(file, ...args).ended
