/** One step of a check or a build: a command that a dependency brings, run to its end on this Node. */
import { spawnSync } from 'node:child_process'

/** Runs the script with the terminal passed through; true when it ended well. */
export function succeeds(script: string, args: readonly string[]): boolean {
  const { status } = spawnSync(process.execPath, [`node_modules/${script}`, ...args], { stdio: 'inherit' })
  return status === 0
}

export const tsc = 'typescript/bin/tsc'
export const oxlint = 'oxlint/bin/oxlint'
export const vitest = 'vitest/vitest.mjs'
