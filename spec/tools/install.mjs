/** Brings node_modules in step with package-lock.json, and finds the pinned Node in it. */
import { spawnSync } from 'node:child_process'
import { existsSync, lstatSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const oldestInstaller = [20, 19]
const oldestRunner = [22, 18]

/**
 * Installs what the lockfile names unless it is installed already, and returns the path of the Node to run on.
 * @param {string} root the repository's folder
 * @returns {string}
 */
export function installedNode(root) {
  if (!isInstalled(root)) install(root)
  return pinnedNode(root)
}

/**
 * Compares contents, not times: npm's own record in node_modules against the lockfile.
 * @param {string} root
 */
function isInstalled(root) {
  const wanted = packagesIn(join(root, 'package-lock.json'))
  const present = packagesIn(join(root, 'node_modules/.package-lock.json'))
  return Object.entries(wanted).every(([path, { version, integrity, optional }]) => {
    if (!path.startsWith('node_modules/')) return true
    const found = present[path]
    // Packages for other platforms are optional and absent.
    if (found === undefined) return optional === true
    return found.version === version && found.integrity === integrity
  })
}

/**
 * @param {string} lockfile
 * @returns {Record<string, { version?: string, integrity?: string, optional?: boolean }>}
 */
function packagesIn(lockfile) {
  return existsSync(lockfile) ? JSON.parse(readFileSync(lockfile, 'utf8')).packages : {}
}

/** @param {string} root */
function install(root) {
  if (!isAtLeast(oldestInstaller)) {
    throw new Error(`Node ${process.versions.node} is too old to install from: use Node ${oldestInstaller.join('.')} or later.`)
  }
  const modules = join(root, 'node_modules')
  // `npm ci` would empty the folder behind the link, which other checkouts may be using.
  if (lstatSync(modules, { throwIfNoEntry: false })?.isSymbolicLink()) {
    throw new Error('node_modules is a link to an install that differs from package-lock.json: run `npm ci` where it points, or remove the link.')
  }
  process.stderr.write('millrace: installing what package-lock.json names (first use, about half a minute)\n')
  // The outer Node may be older than the engines that the packages ask for; they run on the pinned one.
  const args = ['ci', '--loglevel=error', '--no-fund', '--no-audit']
  const npm = process.env.npm_execpath
  const options = { cwd: root, stdio: /** @type {const} */ (['ignore', 'ignore', 'inherit']) }
  const { status, error } = npm?.endsWith('.js')
    ? spawnSync(process.execPath, [npm, ...args], options)
    : spawnSync('npm', args, { ...options, shell: process.platform === 'win32' })
  if (status !== 0) throw new Error(`npm ci failed (${error?.message ?? `exit code ${status}`}): see npm's own message above.`)
}

/** @param {string} root */
function pinnedNode(root) {
  const platform = process.platform === 'win32' ? 'win' : process.platform
  const executable = process.platform === 'win32' ? 'node.exe' : 'node'
  const pinned = join(root, 'node_modules', `node-${platform}-${process.arch}`, 'bin', executable)
  if (existsSync(pinned)) return pinned
  if (isAtLeast(oldestRunner)) return process.execPath
  throw new Error(
    `No pinned Node exists for ${platform}-${process.arch}, and Node ${process.versions.node} is too old: use Node ${oldestRunner.join('.')} or later.`,
  )
}

/** @param {number[]} oldest major and minor */
function isAtLeast([oldestMajor = 0, oldestMinor = 0]) {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  return major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)
}
