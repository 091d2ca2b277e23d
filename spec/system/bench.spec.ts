/** The benchmarks run, say what they must, and refuse a run that is no result. */
import { expect, test } from 'vitest'
import { plainLoop } from '../bench/engines/plain-loop.ts'
import { golden } from '../bench/golden.ts'
import { workloads } from '../bench/workload.ts'
import type { Workload } from '../bench/workload.ts'
import { run } from './process.ts'

const main = 'spec/bench/main.ts'
const short = '30000'
const workloadOf = (name: string): Workload => workloads.find((workload) => workload.name === name)!

test.each(workloads.filter(({ name }) => name !== 'W7').map(({ name }) => name))('the plain loop of %s gives the golden totals', (name) => {
  expect(plainLoop(workloadOf(name))).toEqual(golden[name])
})

test.each([
  ['W1', 'millrace'],
  ['W2', 'millrace'],
  ['W3', 'millrace'],
  ['W5', 'millrace'],
  ['W7', 'millrace'],
  ['W1', '@most/core'],
  ['W2', '@most/core'],
  ['W3', 'rxjs'],
  ['W2', 'rxjs'],
])('a short %s on %s reaches the totals of the plain loop', async (name, engine) => {
  const { code, stdout, stderr } = await run(main, name, '--engine', engine, '--records', short, '--runs', '1')
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const workload = workloadOf(name)
  expect(JSON.parse(stdout)).toMatchObject({ engine, workload: name, records: 30_000, ...plainLoop({ ...workload, records: 30_000 }) })
})

test.each([
  ['combined', []],
  ['not combined', ['--no-combine']],
])('a short W1 at parallelism 2, %s, reaches the totals of the plain loop', async (_, flags) => {
  const { code, stdout } = await run(main, 'W1', '--parallelism', '2', '--records', short, '--runs', '1', ...flags)
  expect(code).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({ parallelism: 2, ...plainLoop({ ...workloadOf('W1'), records: 30_000 }) })
})

test('W7 counts its checkpoints, and has none with --no-checkpoints', async () => {
  const [on, off] = await Promise.all([run(main, 'W7', '--records', short), run(main, 'W7', '--records', short, '--no-checkpoints')])
  expect((JSON.parse(on.stdout) as { checkpoints: number }).checkpoints).toBeGreaterThan(0)
  expect(JSON.parse(off.stdout)).not.toHaveProperty('checkpoints')
})

test.each(['millrace', 'rxjs'])('a short W4 on %s writes what the plain loop writes', async (engine) => {
  const { code, stdout, stderr } = await run(main, 'W4', '--engine', engine, '--records', short)
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(JSON.parse(stdout)).toMatchObject({ engine, workload: 'W4', sumCount: 30_000 })
})

test('an engine or a workload that does not exist is bad usage', async () => {
  expect((await run(main, 'W1', '--engine', 'abacus')).code).toBe(2)
  expect((await run(main, 'W99')).code).toBe(2)
})

test('a micro benchmark prints what each record costs', async () => {
  const { code, stdout } = await run(main, 'micro', 'event-time')
  expect(code).toBe(0)
  expect(stdout).toMatch(/^event-time: in order: a watermark each +\d+\.\d +\d/m)
})

test('compare prints a table of Millrace and the others, and the bars missed', async () => {
  const { code, stdout } = await run(main, 'compare', 'W3', '--rounds', '1', '--records', short)
  expect(code).toBe(0)
  for (const engine of ['millrace', 'plain loop', '@most/core', 'rxjs']) expect(stdout).toMatch(new RegExp(`^${engine} +\\d+\\.\\d\\d`, 'm'))
  expect(stdout).toMatch(/^(No bar was missed\.|Bars missed:)$/m)
})

test('the first result of the introduction is waited for, and the wait taken apart', async () => {
  const { code, stdout } = await run(main, 'first-result', '--rounds', '1')
  expect(code).toBe(0)
  expect(stdout).toMatch(/^\{"firstResultMs":[1-9]\d+,/)
  expect(stdout).toMatch(/^import 'rxjs' +\d+ +\d+$/m)
})
