/** `node launch.mjs FILE [ARGS]`: installs on first use, then runs FILE from source on the pinned Node, as if it had been started itself. */
import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { installedNode } from './install.mjs'

const root = join(dirname(fileURLToPath(import.meta.url)), '../..')
/** A terminal and npm each deliver the same Ctrl-C, milliseconds apart; a person's second one comes later. */
const sameKeyPressMs = 200
/** How often to look whether npm's shell still waits for this process. */
const parentCheckMs = 250

/** @type {NodeJS.Signals[]} */
const forwarded = ['SIGINT', 'SIGTERM', 'SIGHUP']

/**
 * Runs the file and ends with its exit code, or 128 + the number of the signal that ended it.
 * @param {string} node
 * @param {string[]} args
 */
function run(node, args) {
  const child = spawn(node, ['--conditions=@millrace/source', ...args], {
    cwd: root,
    stdio: 'inherit',
    // In a process group of its own the child hears a signal from here only, and so once.
    detached: process.platform !== 'win32',
  })
  for (const signal of forwarded) {
    let last = -Infinity
    process.on(signal, () => {
      const now = performance.now()
      if (now - last > sameKeyPressMs) child.kill(signal)
      last = now
    })
  }
  // A signal sent to npm alone ends only the shell between npm and here, and nobody tells this process.
  const parent = process.ppid
  setInterval(() => {
    if (process.ppid !== parent) child.kill('SIGTERM')
  }, parentCheckMs).unref()
  child.on('error', fail)
  child.on('exit', (code, signal) => process.exit(signal === null ? (code ?? 1) : 128 + constants.signals[signal]))
}

/** @param {Error} error */
function fail(error) {
  process.stderr.write(`millrace: ${error.message}\n`)
  process.exit(1)
}

try {
  run(installedNode(root), process.argv.slice(2))
} catch (error) {
  fail(/** @type {Error} */ (error))
}
