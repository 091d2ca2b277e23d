/** Millrace and the others in turn, each time in a process of its own: medians, and the ratios of each round. */
import { bars } from './bars.ts'
import { child } from './child.ts'
import { median, spread } from './statistics.ts'
import { columns } from './text-columns.ts'

interface Contender {
  readonly name: string
  readonly args: readonly string[]
}

interface Round {
  readonly recordsPerSecond: number
  readonly cpuSeconds: number
  readonly rssMiB: number
}

interface Compared {
  readonly contender: Contender
  readonly speed: number
  readonly rssMiB: number
  /** Millrace's speed ÷ this one's, in each round. */
  readonly ratios: readonly number[]
  /** The same of processor time: others on the machine change it less. */
  readonly cpuRatio: number
}

const engine = (name: string): Contender => ({ name, args: ['--engine', name] })
const millrace: Contender = { name: 'millrace', args: [] }
const [loop, most, rxjs] = [engine('plain loop'), engine('@most/core'), engine('rxjs')]
const others: Readonly<Record<string, readonly Contender[]>> = {
  W1: [loop, most, rxjs],
  W2: [loop, most, rxjs],
  W3: [loop, most, rxjs],
  W4: [loop, rxjs],
  W5: [loop, most, rxjs],
  W7: [{ name: 'no checkpoints', args: ['--no-checkpoints'] }],
}

/** Prints a table for each workload, and the bars that were missed. `options` go to each run. */
export const compare = async (workloads: readonly string[], rounds: number, options: readonly string[], refuse: (message: string) => never): Promise<void> => {
  for (const workload of workloads) if (others[workload] === undefined) refuse(`There is no workload ${workload} to compare.`)
  const missed: string[] = []
  for (const workload of workloads) {
    const compared = await inTurn(workload, [millrace, ...others[workload]!], rounds, options)
    console.log(`\n${workload}, ${rounds} rounds\n${tableOf(compared)}`)
    missed.push(...missedBars(workload, compared))
  }
  console.log(missed.length === 0 ? '\nNo bar was missed.' : `\nBars missed:\n${missed.join('\n')}`)
}

const inTurn = async (workload: string, contenders: readonly Contender[], rounds: number, options: readonly string[]): Promise<readonly Compared[]> => {
  const results = contenders.map((): Round[] => [])
  for (let round = 0; round < rounds; round++)
    for (const [index, contender] of contenders.entries()) {
      const result = await child<Round>([workload, '--runs', '1', ...contender.args, ...options])
      results[index]!.push(result)
      console.error(`${workload}, round ${round + 1}, ${contender.name}: ${millions(result.recordsPerSecond)} M records/s`)
    }
  return contenders.map((contender, index) => ({
    contender,
    speed: median(results[index]!.map(({ recordsPerSecond }) => recordsPerSecond)),
    rssMiB: median(results[index]!.map(({ rssMiB }) => rssMiB)),
    ratios: results[index]!.map(({ recordsPerSecond }, round) => results[0]![round]!.recordsPerSecond / recordsPerSecond),
    cpuRatio: median(results[index]!.map(({ cpuSeconds }, round) => cpuSeconds / results[0]![round]!.cpuSeconds)),
  }))
}

const millions = (perSecond: number): string => (perSecond / 1e6).toFixed(2)

const tableOf = (compared: readonly Compared[]): string =>
  columns([
    ['', 'M records/s', 'peak MiB', 'millrace ÷ it', 'least–most', 'by CPU time'],
    ...compared.map(({ contender, speed, rssMiB, ratios, cpuRatio }) =>
      contender === millrace
        ? [contender.name, millions(speed), String(rssMiB), '', '', '']
        : [contender.name, millions(speed), String(rssMiB), median(ratios).toFixed(3), spread(ratios, 3), cpuRatio.toFixed(3)],
    ),
  ])

const missedBars = (workload: string, compared: readonly Compared[]): string[] =>
  bars
    .filter((bar) => bar.workload === workload)
    .flatMap(({ against, atLeast }) => {
      const ratio = median(compared.find(({ contender }) => contender.name === against)?.ratios ?? [])
      return ratio >= atLeast ? [] : [`  ${workload}: ${ratio.toFixed(3)} of ${against}, and the bar is ${atLeast}`]
    })
