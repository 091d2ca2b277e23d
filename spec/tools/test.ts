/** Checks types, then lint, then every spec (`--quick`: none that needs real processes or thousands of runs), and ends with `N passed, N failed`. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { oxlint, succeeds, tsc, vitest } from './step.ts'

interface Count {
  readonly passed: number
  readonly failed: number
}

/** The part of vitest's JSON report that is counted. */
interface Report {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly testResults: readonly { readonly status: string; readonly assertionResults: readonly { readonly status: string }[] }[]
}

/** Counts a failed step as one failed test, so that the last line never reads as a success when the exit code is not. */
function step(name: string, ok: boolean): Count {
  if (!ok) console.error(`${name}: failed`)
  return { passed: 0, failed: ok ? 0 : 1 }
}

function specs(args: readonly string[]): Count {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-test-'))
  const file = join(folder, 'report.json')
  try {
    const ok = succeeds(vitest, ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${file}`, ...args])
    const { passed, failed } = counted(file)
    return ok || failed > 0 ? { passed, failed } : { passed, failed: step('specs', ok).failed }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** A spec file that does not load has no tests to fail: it counts as one. */
function counted(file: string): Count {
  try {
    const report = JSON.parse(readFileSync(file, 'utf8')) as Report
    const broken = report.testResults.filter(
      ({ status, assertionResults }) => status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
    )
    return { passed: report.numPassedTests, failed: report.numFailedTests + broken.length }
  } catch {
    return { passed: 0, failed: 0 }
  }
}

const quick = process.argv.includes('--quick')
const counts = [
  step('types', succeeds(tsc, ['-p', 'tsconfig.json'])),
  step('types of the package', succeeds(tsc, ['-p', 'tsconfig.build.json', '--noEmit'])),
  step('lint', succeeds(oxlint, ['--type-aware', '--deny-warnings'])),
  specs(quick ? ['--project', 'quick'] : []),
]
const passed = counts.reduce((sum, count) => sum + count.passed, 0)
const failed = counts.reduce((sum, count) => sum + count.failed, 0)
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
