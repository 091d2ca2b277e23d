/** The benchmark again, in a process of its own. */
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const main = fileURLToPath(new URL('main.ts', import.meta.url))

/** What it printed, one line of JSON. @throws when it ends with another exit code than 0 */
export const child = <T>(args: readonly string[]): Promise<T> =>
  new Promise((resolve, reject) => {
    const started = spawn(process.execPath, ['--conditions=@millrace/source', main, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
    let printed = ''
    started.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text))
    started.on('error', reject)
    started.on('close', (code) => (code === 0 ? resolve(JSON.parse(printed) as T) : reject(new Error(`${args.join(' ')} ended with exit code ${code}`))))
  })
