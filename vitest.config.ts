/** Three projects of specs: `quick`, `proof` with thousands of simulated runs, `system` on real processes and real time. */
import { defineConfig } from 'vitest/config'

/** What needs many runs to mean something; all on virtual time. */
const proof = [
  'spec/simulation/*.spec.ts',
  'spec/operators/verified-*.spec.ts',
  'spec/windows/against-reference.spec.ts',
  'spec/checkpoint/crash.spec.ts',
]

const conditions = ['@millrace/source', 'module', 'node', 'development|production']

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: ['@millrace/source', 'node', 'module-sync'] } },
  test: {
    projects: [
      {
        extends: true,
        // Specs keep nothing between them; a worker for each file would cost 0.1 s a file.
        test: { name: 'quick', include: ['spec/**/*.spec.ts'], exclude: ['spec/system/**', ...proof], pool: 'forks', isolate: false },
      },
      {
        extends: true,
        test: { name: 'proof', include: proof, pool: 'forks', isolate: false, testTimeout: 120_000 },
      },
      {
        extends: true,
        test: { name: 'system', include: ['spec/system/**/*.spec.ts'], pool: 'forks', testTimeout: 120_000, hookTimeout: 60_000 },
      },
    ],
  },
})
