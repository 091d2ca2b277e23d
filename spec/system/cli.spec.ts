/** The command `millrace`, in processes of its own. */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { root, run, start, until } from './process.ts'

const cli = 'lib/cli/main.ts'
const quakes = 'samples/quakes/topology.ts'
let folder = ''
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'millrace-cli-'))))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** A module beside no package: it imports the library by its place. */
const moduleOf = (name: string, body: string): string => {
  const path = join(folder, name)
  writeFileSync(path, `import * as m from ${JSON.stringify(pathToFileURL(join(root, 'lib/index.ts')).href)}\n${body}`)
  return path
}

const outputs = (name: string): readonly string[] => [
  '-p', `output=${join(folder, `${name}.csv`)}`,
  ...['-p', `late-output=${join(folder, `${name}-late.csv`)}`],
]

describe('help', () => {
  test.each([[[]], [['--help']]])('%j prints the commands and exits 0', async (args) => {
    const { code, stdout, stderr } = await run(cli, ...args)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toContain('run [options] <FILE>')
    expect(stdout).toContain('explain [options] <FILE>')
  })

  test('--version is that of the package', async () => {
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }
    expect((await run(cli, '--version')).stdout).toBe(`${version}\n`)
  })
})

describe('bad usage says what was expected and exits 2', () => {
  test.each([
    ['an unknown command', ['rnu', quakes], 'Did you mean run?'],
    ['an unknown option', ['run', quakes, '--paralelism', '2'], 'Did you mean --parallelism?'],
    ['no file', ['run'], "missing required argument 'FILE'"],
    ['a file that is not there', ['run', 'nowhere.ts'], 'there is no file nowhere.ts'],
    ['a module without a topology', ['run', 'lib/errors.ts'], 'TOPOLOGY_HAS_NO_MODULE'],
    ['slots', ['run', quakes, '--slots', 'many'], 'Expected a whole number, 0 or more'],
    ['a parallelism of none', ['run', quakes, '--parallelism', '0'], 'Expected a whole number, 1 or more.'],
    ['a time that is none', ['run', quakes, '--checkpoints', 'x', '--every', '3x'], 'Expected a duration such as 50ms, 10s or 1m.'],
    ['a time without checkpoints', ['run', quakes, '--every', '3s'], '--every needs --checkpoints DIR'],
    ['a parameter without a value', ['run', quakes, '-p', 'output'], 'Expected name=value.'],
    ['a parameter that the job has not', ['run', quakes, '-p', 'outptu=x'], "'outptu' is no parameter of this job"],
    ['a parameter of another type', ['run', quakes, '-p', 'events-per-second=abc'], "'events-per-second' must be DOUBLE"],
    ['a format that explain has not', ['explain', quakes, '--format', 'svg'], 'Allowed choices are text, mermaid, json.'],
  ])('%s', async (_, args, expected) => {
    const { code, stdout, stderr } = await run(cli, ...args)
    expect(stderr).toContain(expected)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  })
})

test.each([
  ['FORCE_COLOR', true],
  ['NO_COLOR', false],
])('with %s=1 a failure in a pipe has colours: %s', (name, expected) => {
  const env: NodeJS.ProcessEnv = { ...process.env, FORCE_COLOR: undefined, NO_COLOR: undefined, [name]: '1' }
  const { stderr } = spawnSync(process.execPath, ['--conditions=@millrace/source', cli, 'run', 'lib/errors.ts'], { cwd: root, env, encoding: 'utf8' })
  expect(stderr).toContain('exports no topology')
  expect(stderr.includes('\u001b[31mTOPOLOGY_HAS_NO_MODULE:')).toBe(expected)
})

describe('run', () => {
  test('a finished job exits 0, with where it began and a summary', async () => {
    const { code, stderr } = await run(cli, 'run', quakes, ...outputs('finished'), '-p', 'events-per-second=100000')
    expect(code).toBe(0)
    expect(stderr).toContain('quakes: starts anew')
    expect(stderr).toMatch(/records +1,707\n/)
    expect(stderr).toMatch(/late +304\n/)
    expect(readFileSync(join(folder, 'finished.csv'), 'utf8')).toBe(readFileSync(join(root, 'samples/quakes/expected.csv'), 'utf8'))
  })

  test('--quiet prints nothing of a job that finishes', async () => {
    const { code, stdout, stderr } = await run(cli, 'run', quakes, '--quiet', ...outputs('quiet'), '-p', 'events-per-second=100000')
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '', stderr: '' })
  })

  const failing = `
    const fail = () => { throw new Error('no such luck') }
    const supervision = m.oneForOne({ decide: () => 'escalate', intensity: 0 })
    const flow = m.from(m.source('one', m.fromArray([1]))).pipe(m.map(fail, { id: 'luck', supervision })).to(m.sink('out', m.discard()))
    export default m.topology(null, 'failing', flow)`

  test('a failed job exits 1, with its message and no stack', async () => {
    const { code, stderr } = await run(cli, 'run', moduleOf('failing.ts', failing))
    expect(code).toBe(1)
    expect(stderr).toContain('no such luck')
    expect(stderr).not.toMatch(/^ +at /m)
  })

  test.each(['SIGINT', 'SIGTERM'] as const)('%s stops it with a last checkpoint, from which the next one resumes', async (signal) => {
    const checkpoints = join(folder, `checkpoints-${signal}`)
    const args = ['run', quakes, '--checkpoints', checkpoints, '--every', '50ms', ...outputs(signal)]
    const running = start(cli, ...args, '-p', 'events-per-second=100')
    const kept = join(checkpoints, 'quakes')
    await until(() => existsSync(kept) && readdirSync(kept).some((name) => Number(name.split('-')[1]) >= 3))
    running.kill(signal)
    const stopped = await running.ended
    expect(stopped.code).toBe(signal === 'SIGINT' ? 130 : 143)
    const [, records] = /records +(\d+)\n/.exec(stopped.stderr) ?? []
    const resumed = await run(cli, ...args, '-p', 'events-per-second=100000')
    expect(resumed.code).toBe(0)
    expect(resumed.stderr).toMatch(new RegExp(`resumes from checkpoint 1-\\d+, after ${records} records`))
    expect(readFileSync(join(folder, `${signal}.csv`), 'utf8')).toBe(readFileSync(join(root, 'samples/quakes/expected.csv'), 'utf8'))
  })

  test('a reader that has seen enough ends it without a word', async () => {
    const lines = `
      import { stdout } from ${JSON.stringify(pathToFileURL(join(root, 'lib/files.ts')).href)}
      const numbers = m.source('numbers', m.generate((i) => 'line ' + i, { count: 1_000_000 }))
      export default m.topology(null, 'long', m.from(numbers).to(m.sink('out', stdout())))`
    const args = ['--conditions=@millrace/source', join(root, cli), 'run', moduleOf('long.ts', lines), '--quiet']
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    let said = ''
    child.stderr.on('data', (text: Buffer) => (said += text.toString()))
    child.stdout.once('data', () => child.stdout.destroy())
    const [code] = (await once(child, 'close')) as [number]
    expect({ code, said }).toEqual({ code: 141, said: '' })
  })

  test('a second signal ends it at once', async () => {
    const stuck = `
      const write = () => (console.log('writing'), new Promise(() => setInterval(() => undefined, 1_000)))
      const out = m.sink('out', { open: () => ({ write, close: () => undefined }) })
      export default m.topology(null, 'stuck', m.from(m.source('one', m.fromArray([1]))).to(out))`
    const running = start(cli, 'run', moduleOf('stuck.ts', stuck))
    await until(() => running.printed().includes('writing'))
    running.kill('SIGINT')
    await until(() => running.printed().includes('once more ends it at once'))
    running.kill('SIGINT')
    expect((await running.ended).code).toBe(130)
  })
})

describe('explain', () => {
  test('text names each stage, where it was written and what its sinks promise', async () => {
    const { code, stdout } = await run(cli, 'explain', quakes)
    expect(code).toBe(0)
    expect(stdout).toMatch(/aggregate 'per-region-and-hour' at topology\.ts:\d+, state per key/)
    expect(stdout).toContain('delivery: exactly once')
  })

  test('mermaid is a flowchart with the parallelism that was asked for', async () => {
    const { stdout } = await run(cli, 'explain', quakes, '--format', 'mermaid', '--parallelism', '3')
    expect(stdout).toMatch(/^flowchart LR\n/)
    expect(stdout).toContain('per-region-and-hour ×3')
  })

  test('json can be read by a program, also through a pipe', async () => {
    const { stdout } = await run(cli, 'explain', quakes, '--format', 'json')
    expect(JSON.parse(stdout)).toMatchObject({ topology: 'quakes', parallelism: 1 })
  })
})
