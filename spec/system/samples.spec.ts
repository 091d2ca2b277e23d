/** The samples do what they say, in processes of their own. */
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { root, run, start, until } from './process.ts'

const starter = 'samples/start.ts'
let folder = ''
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'millrace-samples-'))))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const fileOf = (path: string): string => readFileSync(path, 'utf8')
const expectedOf = (sample: string, file = 'expected.csv'): string => fileOf(join(root, 'samples', sample, file))

/** Numbers of the completed checkpoints in a sample's output. */
const checkpointsIn = (output: string, sample: string): readonly number[] => {
  const checkpoints = join(output, 'checkpoints', sample)
  if (!existsSync(checkpoints)) return []
  return readdirSync(checkpoints)
    .filter((name) => existsSync(join(checkpoints, name, 'manifest.json')))
    .map((name) => Number(name.split('-')[1]))
}

test('the introduction counts the words of its round', async () => {
  const output = join(folder, 'introduction')
  const { code, stdout, stderr } = await run(starter, 'introduction', '--output', output)
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toMatch(/12:00:00 +ROW +5/)
  expect(fileOf(join(output, 'counts.csv'))).toBe(expectedOf('introduction'))
})

test('without a name the quakes are played, and begin anew after they have finished', async () => {
  const output = join(folder, 'quakes')
  const first = await run(starter, '--output', output)
  expect({ code: first.code, stderr: first.stderr }).toEqual({ code: 0, stderr: '' })
  expect(first.stdout).toMatch(/California +640/)
  expect(first.stdout).toContain('304 of them too late to count')
  expect(fileOf(join(output, 'regions.csv'))).toBe(expectedOf('quakes'))
  expect(fileOf(join(output, 'late.csv'))).toBe(expectedOf('quakes', 'expected-late.csv'))
  const second = await run(starter, 'quakes', '--output', output)
  expect(second.code).toBe(0)
  expect(second.stdout).toContain('begins anew')
  expect(fileOf(join(output, 'regions.csv'))).toBe(expectedOf('quakes'))
})

test('quakes that are killed half-way resume, and leave what an undisturbed run leaves', async () => {
  const output = join(folder, 'killed')
  const killed = start(starter, 'quakes', '--output', output)
  await until(() => checkpointsIn(output, 'quakes').some((checkpoint) => checkpoint >= 5))
  killed.kill('SIGKILL')
  expect((await killed.ended).signal).toBe('SIGKILL')
  const { code, stdout } = await run(starter, 'quakes', '--output', output)
  expect(code).toBe(0)
  expect(stdout).toMatch(/Resuming from checkpoint 1-\d+: [1-9][\d,]* events had been read/)
  expect(fileOf(join(output, 'regions.csv'))).toBe(expectedOf('quakes'))
  expect(fileOf(join(output, 'late.csv'))).toBe(expectedOf('quakes', 'expected-late.csv'))
})

test('Ctrl-C stops the quakes with a last checkpoint and says how to go on', async () => {
  const output = join(folder, 'stopped')
  const running = start(starter, 'quakes', '--slow', '--output', output)
  await until(() => checkpointsIn(output, 'quakes').some((checkpoint) => checkpoint >= 3))
  running.kill('SIGINT')
  const stopped = await running.ended
  expect(stopped.code).toBe(130)
  const [, events] = /Stopped after (\d+) events\. Start it again/.exec(stopped.stdout) ?? []
  expect(Number(events)).toBeGreaterThan(0)
  const { stdout } = await run(starter, 'quakes', '--output', output)
  expect(stdout).toContain(`: ${events} events had been read`)
  expect(fileOf(join(output, 'regions.csv'))).toBe(expectedOf('quakes'))
})

test('--list names each sample in a line', async () => {
  const { code, stdout } = await run(starter, '--list')
  expect(code).toBe(0)
  expect(stdout).toMatch(/^quakes {2,}\S.*\nintroduction {2,}\S/)
})

test('a sample that does not exist is refused with the names of those that do', async () => {
  const { code, stderr } = await run(starter, 'nope')
  expect(code).toBe(2)
  expect(stderr).toContain('quakes, introduction')
})

test('an option that a sample does not have is refused with those it has', async () => {
  const { code, stderr } = await run(starter, '--slwo')
  expect(code).toBe(2)
  expect(stderr).toContain('--slow')
})
