/** Runs a file from source, as a user would, and keeps what it printed. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
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

const following = (command: string, args: readonly string[], cwd: string): Running => {
  const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'], env: environment })
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

/** Who runs the specs may want colours; what is compared has none. */
const { FORCE_COLOR: _, ...environment } = process.env

/** Starts `node FILE ARGS` in the repository's folder. */
export const start = (file: string, ...args: readonly string[]): Running =>
  following(process.execPath, ['--conditions=@millrace/source', file, ...args], root)

/** What a shell sets for a process: files of at most so many units of `ulimit -f`, and where its standard output goes. */
export interface Shell {
  readonly fileSizeMax?: number
  readonly stdout?: string
}

/** Starts the command `millrace` in a folder. */
export const startIn = (folder: string, args: readonly string[], { fileSizeMax, stdout }: Shell = {}): Running => {
  const command = [process.execPath, '--conditions=@millrace/source', join(root, 'lib/cli/main.ts'), ...args]
  if (fileSizeMax === undefined && stdout === undefined) return following(command[0]!, command.slice(1), folder)
  const limit = fileSizeMax === undefined ? '' : `ulimit -f ${fileSizeMax}; `
  return following('sh', ['-c', `${limit}exec "$@"${stdout === undefined ? '' : ` > ${stdout}`}`, 'sh', ...command], folder)
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
