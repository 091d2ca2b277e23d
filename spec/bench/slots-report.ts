/** What a second thread brings, beside what a second core brings to a plain loop: all in turn, each time in processes of their own. */
import { slotsBars } from './bars.ts'
import type { SlotsBar } from './bars.ts'
import { child } from './child.ts'
import { median, spread } from './statistics.ts'
import { columns } from './text-columns.ts'

interface Ran {
  readonly recordsPerSecond: number
  readonly startSeconds?: number
}

/** One of each, in turn. Records per second; start in seconds. */
interface Round {
  readonly one: number
  readonly two: number
  readonly start: number
  readonly loop: number
  readonly loops: number
  /** Arrays of objects posted between two threads, where the job sends each record as well. */
  readonly posted: number
}

/** Prints a table, and the bars missed. `options` go to each run. */
export const slotsReport = async (workloads: readonly string[], rounds: number, options: readonly string[], refuse: (message: string) => never): Promise<void> => {
  for (const workload of workloads) if (!slotsBars.some((bar) => bar.workload === workload)) refuse(`There is no bar for slots on ${workload}.`)
  const asked = slotsBars.filter(({ workload }) => workloads.length === 0 || workloads.includes(workload))
  const measured: { readonly bar: SlotsBar; readonly rounds: readonly Round[] }[] = []
  for (const bar of asked) {
    const all: Round[] = []
    for (let index = 0; index < rounds; index++) {
      const round = await oneRound(bar, options)
      all.push(round)
      console.error(`${nameOf(bar)}, round ${index + 1}: one thread ${millions(round.one)}, two slots ${millions(round.two)}, a loop ${millions(round.loop)}, two loops ${millions(round.loops)} M records/s`)
    }
    measured.push({ bar, rounds: all })
  }
  console.log(`M records/s, medians of ${rounds} rounds; second half of a run, so without start-up, which is beside it`)
  console.log(columns([['', 'one thread', 'two slots', 'start s', 'a loop', 'two loops', 'gain', 'of loops', 'efficiency', 'least–most', 'bar'], ...measured.map(({ bar, rounds: all }) => rowOf(bar, all))]))
  for (const { bar, rounds: all } of measured)
    if (!bar.combine && all.every(({ posted }) => posted > 0))
      console.log(`${nameOf(bar)}: two slots ÷ objects posted between two threads: ${ratio(all, ({ two, posted }) => two / posted)}`)
  const missed = measured.filter(({ bar, rounds: all }) => !(median(all.map(efficiency)) >= bar.atLeast))
  console.log(missed.length === 0 ? '\nNo bar was missed.' : `\nBars missed: ${missed.map(({ bar }) => nameOf(bar)).join(', ')}`)
}

const oneRound = async ({ workload, records, combine }: SlotsBar, options: readonly string[]): Promise<Round> => {
  const steady = [workload, '--runs', '1', '--steady', '--records', String(records), ...options]
  const job = [...steady, ...(combine ? [] : ['--no-combine'])]
  const loop = [workload, '--runs', '3', '--engine', 'plain loop', ...options]
  const one = await child<Ran>(job)
  const two = await child<Ran>([...job, '--parallelism', '2', '--slots', '2'])
  const alone = await child<Ran>(loop)
  const both = await Promise.all([child<Ran>(loop), child<Ran>(loop)])
  const posted = combine ? null : await child<Ran>([...steady, '--engine', 'posted objects'])
  return {
    one: one.recordsPerSecond,
    two: two.recordsPerSecond,
    start: two.startSeconds ?? NaN,
    loop: alone.recordsPerSecond,
    loops: both.reduce((sum, { recordsPerSecond }) => sum + recordsPerSecond, 0),
    posted: posted?.recordsPerSecond ?? 0,
  }
}

const nameOf = ({ workload, combine }: SlotsBar): string => (combine ? workload : `${workload}, each record sent`)
const millions = (perSecond: number): string => (perSecond / 1e6).toFixed(2)
const gain = ({ one, two }: Round): number => two / one
const ofLoops = ({ loop, loops }: Round): number => loops / loop
const efficiency = (round: Round): number => gain(round) / ofLoops(round)

const rowOf = (bar: SlotsBar, rounds: readonly Round[]): string[] => {
  const middle = (of: (round: Round) => number): number => median(rounds.map(of))
  return [
    nameOf(bar),
    ...([({ one }) => one, ({ two }) => two] satisfies ((round: Round) => number)[]).map((of) => millions(middle(of))),
    middle(({ start }) => start).toFixed(2),
    ...([({ loop }) => loop, ({ loops }) => loops] satisfies ((round: Round) => number)[]).map((of) => millions(middle(of))),
    middle(gain).toFixed(2),
    middle(ofLoops).toFixed(2),
    middle(efficiency).toFixed(3),
    spread(rounds.map(efficiency), 3),
    String(bar.atLeast),
  ]
}

const ratio = (rounds: readonly Round[], of: (round: Round) => number): string => `${median(rounds.map(of)).toFixed(2)} (${spread(rounds.map(of), 2)})`
