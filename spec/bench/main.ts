/** `npm run -s bench -- WORKLOAD`, `compare`, `slots`, `micro`, `channel` or `first-result`: see README.md beside this file. */
import { parseArgs } from 'node:util'
import { quietMsMax } from './bars.ts'
import { channel } from './channel/channel.ts'
import { compare } from './compare.ts'
import { firstResult } from './first-result.ts'
import { measureIdle } from './idle/measure-idle.ts'
import { measureLatency, measureQuiet } from './latency/latency.ts'
import type { Paced } from './latency/latency.ts'
import { engines, measure } from './measure.ts'
import type { Engine } from './measure.ts'
import { micro } from './micro.ts'
import { slotsReport } from './slots-report.ts'
import { measureWords, wordEngines, wordLines } from './words/measure-words.ts'
import { workloads } from './workload.ts'

const refuse = (message: string): never => {
  const about = [...workloads, { name: 'W4', about: 'words of a CSV file counted into a CSV file, as a whole process' }]
    .toSorted((a, b) => a.name.localeCompare(b.name))
    .map((workload) => `  ${workload.name}                     ${workload.about}\n`)
  console.error(`${message}

WORKLOAD                 one line of JSON:
${about.join('')}  --engine NAME          millrace (unless given), 'plain loop', 'posted objects', @most/core, rxjs
  --records N, --runs N, --parallelism N, --slots N, --steady, --no-checkpoints, --no-combine
compare [WORKLOAD…]      Millrace and the others in turn, each time in a process of its own: W1 and W2 unless given
  --rounds N, --records N
W6                       latency of windows in real time, one line of JSON; quiet: of a stream with little in it
  --rate N, --seconds N, --warm-up N, --parallelism N, --slots N
slots [WORKLOAD…]        what a second thread brings: W5, W1, W2 unless given
  --rounds N, --records N
micro [NAME]             what one record costs in one part of the engine
channel                  rows from one thread to another
  --rounds N
idle                     memory of an idle job with 0, 1, 2 and 4 slots
  --rounds N
first-result             from the start of the command to the first result
  --rounds N`)
  process.exit(2)
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    parallelism: { type: 'string' },
    slots: { type: 'string' },
    steady: { type: 'boolean', default: false },
    runs: { type: 'string' },
    rate: { type: 'string' },
    seconds: { type: 'string' },
    'warm-up': { type: 'string' },
    rounds: { type: 'string', default: '5' },
    records: { type: 'string' },
    engine: { type: 'string', default: 'millrace' },
    'no-checkpoints': { type: 'boolean', default: false },
    'no-combine': { type: 'boolean', default: false },
  },
})
const whole = (name: string, text: string, least = 1): number =>
  /^\d+$/.test(text) && Number(text) >= least ? Number(text) : refuse(`--${name} takes a whole number of ${least} or more, not ${text}`)
const oneOf = <E extends Engine>(known: readonly E[], name: string): E =>
  known.find((engine) => engine === name) ?? refuse(`There is no engine ${name} for it: ${known.join(', ')}.`)

/** An instance of everything on each slot, where one of the two is not given. */
const spreadOver = (fallback: number): { readonly parallelism: number; readonly slots: number } => {
  const instances = values.parallelism === undefined ? null : whole('parallelism', values.parallelism)
  const slots = values.slots === undefined ? null : whole('slots', values.slots, 0)
  return { parallelism: instances ?? Math.max(1, slots ?? fallback), slots: slots ?? ((instances ?? fallback) > 1 ? (instances ?? fallback) : 0) }
}

/** `rate` a second, `seconds` that count after a `warmUp`. */
const paced = (rate: number, seconds: number, warmUp: number): Paced => ({
  ...spreadOver(2),
  rate: values.rate === undefined ? rate : whole('rate', values.rate),
  seconds: values.seconds === undefined ? seconds : whole('seconds', values.seconds),
  warmUp: values['warm-up'] === undefined ? warmUp : whole('warm-up', values['warm-up']),
})

const quiet = async (): Promise<void> => {
  const result = await measureQuiet(paced(10, 20, 2))
  console.log(JSON.stringify({ ...result, bar: quietMsMax }))
  if (!(result.p99 < quietMsMax)) console.error(`Bar missed: ${result.p99} ms for 99 %, and it is to be less than ${quietMsMax}.`)
}

const oneWorkload = async (name: string): Promise<object> => {
  const { parallelism, slots } = spreadOver(0)
  const runs = (fallback: number): number => (values.runs === undefined ? fallback : whole('runs', values.runs))
  const records = (fallback: number): number => (values.records === undefined ? fallback : whole('records', values.records))
  if (name === 'W4')
    return measureWords({ engine: oneOf(wordEngines, values.engine), lines: records(wordLines), parallelism, slots, runs: runs(1) })
  const workload = workloads.find((known) => known.name === name) ?? refuse(`There is no workload ${name}.`)
  const engine = oneOf(engines, values.engine)
  if (engine !== 'millrace' && (parallelism > 1 || slots > 0)) refuse(`--parallelism and --slots are Millrace's own: ${engine} has one instance of everything.`)
  const checkpoints = engine === 'millrace' && workload.checkpoints && !values['no-checkpoints']
  return measure({
    engine,
    workload: { ...workload, records: records(workload.records) },
    parallelism,
    slots,
    steady: values.steady,
    checkpoints,
    combine: !values['no-combine'],
    runs: runs(workload.checkpoints ? 1 : 3),
    wantsCheckpoints: values.records === undefined,
  })
}

const [command, ...rest] = positionals
const ofRecords = values.records === undefined ? [] : ['--records', values.records]
try {
  if (command === 'compare') await compare(rest.length === 0 ? ['W1', 'W2'] : rest, whole('rounds', values.rounds), ofRecords, refuse)
  else if (command === 'W6') console.log(JSON.stringify(await measureLatency(paced(100_000, 30, 10))))
  else if (command === 'quiet') await quiet()
  else if (command === 'slots') await slotsReport(rest, whole('rounds', values.rounds), ofRecords, refuse)
  else if (command === 'idle') measureIdle(whole('rounds', values.rounds))
  else if (command === 'micro') await micro(rest[0] ?? null, refuse)
  else if (command === 'channel') await channel(whole('rounds', values.rounds))
  else if (command === 'first-result') await firstResult(whole('rounds', values.rounds))
  else console.log(JSON.stringify(await oneWorkload(command ?? refuse('Which workload?'))))
} catch (error) {
  console.error(`bench: ${(error as Error).message}`)
  process.exitCode = 1
}
