/** The benchmarks run, say what they must, and refuse a run that is no result. */
import { expect, test } from 'vitest'
import { plainLoop } from '../bench/engines/plain-loop.ts'
import { expectedResults } from '../bench/latency/shape.ts'
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
  ['W1', 'posted objects'],
  ['W5', 'posted objects'],
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
  ['W1', []],
  ['W1', ['--no-combine']],
  ['W1', ['--slots', '0']],
  ['W3', []],
  ['W5', []],
  ['W7', []],
])('a short %s at parallelism 2 reaches the totals of the plain loop, options: %s', async (name, flags) => {
  const { code, stdout, stderr } = await run(main, name, '--parallelism', '2', '--records', short, '--runs', '1', ...flags)
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const { sumValue, ...expected } = plainLoop({ ...workloadOf(name), records: 30_000 })
  // Of W7, what the running sums add up to is open.
  expect(JSON.parse(stdout)).toMatchObject({ parallelism: 2, slots: flags[0] === '--slots' ? 0 : 2, ...expected, ...(name === 'W7' ? {} : { sumValue }) })
})

test('on slots there is an instance of everything on each', async () => {
  const { stdout } = await run(main, 'W2', '--slots', '3', '--records', short, '--runs', '1')
  expect(JSON.parse(stdout)).toMatchObject({ parallelism: 3, slots: 3, outputs: 30_000 })
})

test.each([
  ['one thread', []],
  ['two slots', ['--slots', '2']],
  ['posted objects', ['--engine', 'posted objects']],
])('where the second half alone is timed, twice the records reach the totals: %s', async (_, flags) => {
  const { code, stdout, stderr } = await run(main, 'W1', '--steady', '--records', short, '--runs', '1', ...flags)
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const result = JSON.parse(stdout) as { seconds: number; startSeconds: number; recordsPerSecond: number }
  expect(result).toMatchObject({ steady: true, records: 60_000, ...plainLoop({ ...workloadOf('W1'), records: 60_000 }) })
  expect(result.seconds).toBeGreaterThan(0)
  expect(result.startSeconds).toBeGreaterThan(0)
})

test('the second half of an engine that does not tell of it is no result', async () => {
  const { code, stderr } = await run(main, 'W1', '--steady', '--records', short, '--engine', 'plain loop')
  expect(code).toBe(1)
  expect(stderr).toContain('plain loop does not tell when its second half began')
})

test('slots prints what a second thread brings beside a second core, and the bars missed', async () => {
  const { code, stdout } = await run(main, 'slots', 'W1', '--rounds', '1', '--records', short)
  expect(code).toBe(0)
  expect(stdout).toMatch(/^W1( +\d+\.\d+){8} +\d\S+ +0\.75$/m)
  expect(stdout).toMatch(/^W1, each record sent( +\d+\.\d+){8} +\d\S+ +0\.45$/m)
  expect(stdout).toMatch(/^W1, each record sent: two slots ÷ objects posted between two threads: \d+\.\d\d /m)
  expect(stdout).toMatch(/^(No bar was missed\.|Bars missed: .*)$/m)
})

test.each(['0', '2'])('W6 on %s slots has a latency for each result of the windows that count', async (slots) => {
  const { code, stdout, stderr } = await run(main, 'W6', '--rate', '5000', '--warm-up', '1', '--seconds', '1', '--slots', slots)
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const result = JSON.parse(stdout) as Record<string, number>
  expect(result).toMatchObject({ workload: 'W6', slots: Number(slots), rate: 5_000, unit: 'ms', results: expectedResults(5_000, 1_000, 2_000).results })
  const shares = ['p50', 'p90', 'p99', 'p999', 'p9999', 'max'].map((share) => result[share]!)
  expect(shares).toEqual(shares.toSorted((a, b) => a - b))
  expect(shares[0]).toBeGreaterThan(0)
})

test('a quiet stream has a latency for each record that counts', async () => {
  const { code, stdout } = await run(main, 'quiet', '--rate', '50', '--warm-up', '1', '--seconds', '1')
  expect(code).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({ workload: 'quiet', slots: 2, results: 50, bar: 3 })
})

test('idle prints what a slot costs', async () => {
  const { code, stdout } = await run(main, 'idle', '--rounds', '1')
  expect(code).toBe(0)
  expect(stdout).toMatch(/^0 +\d+\.\d +\S+$/m)
  for (const slots of [1, 2, 4]) expect(stdout).toMatch(new RegExp(`^${slots} +\\d+\\.\\d +\\S+ +\\d+\\.\\d$`, 'm'))
})

test('W7 counts its checkpoints, and has none with --no-checkpoints', async () => {
  const [on, off] = await Promise.all([run(main, 'W7', '--records', short), run(main, 'W7', '--records', short, '--no-checkpoints')])
  expect((JSON.parse(on.stdout) as { checkpoints: number }).checkpoints).toBeGreaterThan(0)
  expect(JSON.parse(off.stdout)).not.toHaveProperty('checkpoints')
})

test.each([
  ['millrace', []],
  ['millrace', ['--slots', '2']],
  ['rxjs', []],
])('a short W4 on %s writes what the plain loop writes, options: %s', async (engine, flags) => {
  const { code, stdout, stderr } = await run(main, 'W4', '--engine', engine, '--records', short, ...flags)
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
  expect(stdout).toMatch(/^\{"firstResultMs":[1-9]\d+,"slots":0,.*"bar":400\}\n\{"firstResultMs":[1-9]\d+,"slots":2,.*"bar":700\}$/m)
  expect(stdout).toMatch(/^import 'rxjs' +\d+ +\d+$/m)
})
