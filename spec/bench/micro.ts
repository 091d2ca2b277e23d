/** What one record costs in one part of the engine: files in `micro/`, each case in a process of its own. */
import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { median, spread } from './statistics.ts'
import { columns } from './text-columns.ts'

export interface Case {
  readonly name: string
  /** Records, keys or rows of a round. */
  readonly count: number
  /** Called before each round, off the clock. What it returns is the round, which gives the bytes it went through, if they are of interest. */
  readonly prepare: () => () => Bytes | Promise<Bytes>
}

type Bytes = number | undefined | void

interface Measured {
  readonly name: string
  readonly count: number
  /** Seconds of each round. */
  readonly times: readonly number[]
  readonly bytes: number | null
}

const folder = new URL('micro/', import.meta.url)
const roundsBefore = 3
const rounds = 9

/** All, or one file of them; `FILE:CASE` runs that case in this process. */
export const micro = async (name: string | null, refuse: (message: string) => never): Promise<void> => {
  const [file, number] = (name ?? '').split(':')
  if (number !== undefined) {
    console.log(JSON.stringify(await measured((await casesOf(file!))[Number(number)]!())))
    return
  }
  const known = readdirSync(folder).map((path) => path.replace('.ts', ''))
  const chosen = name === null ? known : known.filter((one) => one === name)
  if (chosen.length === 0) refuse(`There is no micro benchmark ${name}: ${known.join(', ')}.`)
  const rows = [['', 'ns each', 'least–most', 'MB/s']]
  for (const one of chosen)
    for (let index = 0; index < (await casesOf(one)).length; index++) {
      const { name: what, count, times, bytes } = inItsOwnProcess(`${one}:${index}`)
      const each = times.map((seconds) => (seconds * 1e9) / count)
      const speed = bytes === null ? '' : (bytes / median(times) / 1e6).toFixed(0)
      rows.push([`${one}: ${what}`, median(each).toFixed(1), spread(each, 1), speed])
      console.error(`${one}: ${what}: ${median(each).toFixed(1)} ns`)
    }
  console.log(columns(rows))
}

const casesOf = async (file: string): Promise<readonly (() => Case)[]> =>
  ((await import(new URL(`${file}.ts`, folder).href)) as { readonly cases: readonly (() => Case)[] }).cases

const measured = async ({ name, count, prepare }: Case): Promise<Measured> => {
  const times: number[] = []
  let bytes: Bytes
  for (let round = 0; round < roundsBefore + rounds; round++) {
    const run = prepare()
    const from = performance.now()
    const done = run()
    bytes = done instanceof Promise ? await done : done
    times.push((performance.now() - from) / 1_000)
  }
  return { name, count, times: times.slice(roundsBefore), bytes: bytes ?? null }
}

const inItsOwnProcess = (which: string): Measured => {
  const args = ['--conditions=@millrace/source', fileURLToPath(new URL('main.ts', import.meta.url)), 'micro', which]
  const { status, stdout } = spawnSync(process.execPath, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
  if (status !== 0) throw new Error(`${which} ended with exit code ${status}`)
  return JSON.parse(stdout) as Measured
}
