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
        test: { name: 'quick', include: ['spec/**/*.spec.ts'], exclude: ['spec/system/**'] },
      },
      {
        extends: true,
        test: { name: 'system', include: ['spec/system/**/*.spec.ts'], testTimeout: 120_000, hookTimeout: 60_000 },
      },
    ],
  },
})
