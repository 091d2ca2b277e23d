/** Builds lib into dist: ES modules, types and source maps, nothing left over from an earlier build. */
import { rmSync } from 'node:fs'
import { succeeds, tsc } from './step.ts'

rmSync('dist', { recursive: true, force: true })
if (!succeeds(tsc, ['-p', 'tsconfig.build.json'])) process.exitCode = 1
