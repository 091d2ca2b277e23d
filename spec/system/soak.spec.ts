/** The soak runs, takes checkpoints, and fails where memory grows by more than it may. */
import { expect, test } from 'vitest'
import { run } from './process.ts'

test.each(['windows', 'running', 'sessions'])('a short soak of %s takes checkpoints and says how memory went', async (job) => {
  const { code, stdout, stderr } = await run('spec/soak/main.ts', '--minutes', '0.04', '--job', job, '--bound', '10000')
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toMatch(/^[\d,]{6,} records, [1-9]\d* checkpoints$/m)
  expect(stdout).toMatch(/second half: heap -?\d+\.\d+, buffers -?\d+\.\d+, rss -?\d+\.\d+$/m)
})

test('it fails where memory grows by more than the bound', async () => {
  const { code, stdout } = await run('spec/soak/main.ts', '--minutes', '0.03', '--bound=-10000')
  expect(code).toBe(1)
  expect(stdout).toContain('FAILED: memory grows by more than -10000 MiB/min')
})
