/**
 * Four projects of specs: `quick`, `proof` with thousands of simulated runs, `generic` with a share of those where no code can be made from
 * strings and so no chain is compiled, `system` on real processes and real time.
 */
import { defineConfig } from 'vitest/config'

/** What needs many runs to mean something; all on virtual time. */
const proof = [
  'spec/simulation/*.spec.ts',
  'spec/operators/verified-*.spec.ts',
  'spec/windows/against-reference.spec.ts',
  'spec/checkpoint/crash.spec.ts',
  'spec/checkpoint/damaged-resume.spec.ts',
]

/** What depends on how records are brought through a chain. */
const generic = ['spec/simulation/simulation.spec.ts', 'spec/operators/verified-*.spec.ts', 'spec/windows/against-reference.spec.ts']
/** Holds in `generic` alone. */
const GUARD = 'spec/simulation/generic.spec.ts'

const conditions = ['@millrace/source', 'module', 'node', 'development|production']

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: ['@millrace/source', 'node', 'module-sync'] } },
  test: {
    projects: [
      {
        extends: true,
        // Specs keep nothing between them; a worker for each file would cost 0.1 s a file.
        test: { name: 'quick', include: ['spec/**/*.spec.ts'], exclude: ['spec/system/**', GUARD, ...proof], pool: 'forks', isolate: false },
      },
      {
        extends: true,
        test: { name: 'proof', include: proof, exclude: [GUARD], pool: 'forks', isolate: false, testTimeout: 120_000 },
      },
      {
        extends: true,
        test: {
          name: 'generic',
          include: [GUARD, ...generic],
          pool: 'forks',
          execArgv: ['--disallow-code-generation-from-strings'],
          env: { MILLRACE_SPEC_SHARE: '8' },
          isolate: false,
          testTimeout: 120_000,
        },
      },
      {
        extends: true,
        test: { name: 'system', include: ['spec/system/**/*.spec.ts'], pool: 'forks', testTimeout: 120_000, hookTimeout: 60_000 },
      },
    ],
  },
})
