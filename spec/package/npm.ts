/** npm, run in a folder, quietly. */
import { execFileSync } from 'node:child_process'
import { delimiter, dirname } from 'node:path'

/** Tools start the Node that runs this; NODE_OPTIONS are for this process alone. */
export const environmentOn = (node: string): NodeJS.ProcessEnv => ({ ...process.env, NODE_OPTIONS: '', PATH: `${dirname(node)}${delimiter}${process.env['PATH']}` })

/** Returns what it printed. @throws where it fails */
export const npm = (args: readonly string[], folder: string): string =>
  execFileSync(process.platform === 'win32' ? 'npm.cmd' : 'npm', [...args, '--silent', '--no-audit', '--no-fund'], {
    cwd: folder,
    encoding: 'utf8',
    env: environmentOn(process.execPath),
    stdio: ['ignore', 'pipe', 'inherit'],
  })
