/** Two projects of specs: `quick` on virtual time, `system` on real processes and real time. */
import { defineConfig } from 'vitest/config'

const conditions = ['@millrace/source', 'module', 'node', 'development|production']

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: ['@millrace/source', 'node', 'module-sync'] } },
  test: {
    projects: [
      {
        extends: true,
        // Specs keep nothing between them; a worker for each file would cost 0.1 s a file.
        test: { name: 'quick', include: ['spec/**/*.spec.ts'], exclude: ['spec/system/**'], pool: 'forks', isolate: false },
      },
      {
        extends: true,
        test: { name: 'system', include: ['spec/system/**/*.spec.ts'], pool: 'forks', testTimeout: 120_000, hookTimeout: 60_000 },
      },
    ],
  },
})
