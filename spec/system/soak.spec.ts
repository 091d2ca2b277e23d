/** The soak runs, takes checkpoints, and fails where memory grows by more than it may. */
import { expect, test } from 'vitest'
import { run } from './process.ts'

const short = ['--minutes', '0.04', '--bound', '10000'] as const

test.each(['windows', 'running', 'sessions'])('a short soak of %s takes checkpoints and says how memory went', async (job) => {
  const { code, stdout, stderr } = await run('spec/soak/main.ts', ...short, '--job', job)
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toMatch(/^[\d,]{6,} records, [1-9]\d* checkpoints$/m)
  expect(stdout).toMatch(/second half, caller: heap -?\d+\.\d+, buffers -?\d+\.\d+$/m)
  expect(stdout).toMatch(/second half, rss: -?\d+\.\d+$/m)
})

test('on slots it says so of each thread', async () => {
  const { code, stdout, stderr } = await run('spec/soak/main.ts', ...short, '--slots', '2')
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  for (const thread of ['caller', 'slot 1', 'slot 2']) expect(stdout).toMatch(new RegExp(`second half, ${thread}: heap -?\\d+\\.\\d+, buffers -?\\d+\\.\\d+$`, 'm'))
})

test('it fails where memory grows by more than the bound', async () => {
  const { code, stdout } = await run('spec/soak/main.ts', '--minutes', '0.03', '--bound=-10000')
  expect(code).toBe(1)
  expect(stdout).toContain('FAILED: memory grows by more than -10000 MiB/min')
})
