/** `npm run -s bench -- WORKLOAD`, `compare`, `micro`, `channel` or `first-result`: see README.md beside this file. */
import { parseArgs } from 'node:util'
import { channel } from './channel/channel.ts'
import { compare } from './compare.ts'
import { firstResult } from './first-result.ts'
import { engines, measure } from './measure.ts'
import type { Engine } from './measure.ts'
import { micro } from './micro.ts'
import { measureWords, wordEngines, wordLines } from './words/measure-words.ts'
import { workloads } from './workload.ts'

const refuse = (message: string): never => {
  const about = [...workloads, { name: 'W4', about: 'words of a CSV file counted into a CSV file, as a whole process' }]
    .toSorted((a, b) => a.name.localeCompare(b.name))
    .map((workload) => `  ${workload.name}                     ${workload.about}\n`)
  console.error(`${message}

WORKLOAD                 one line of JSON:
${about.join('')}  --engine NAME          millrace (unless given), 'plain loop', @most/core, rxjs
  --records N, --runs N, --parallelism N, --no-checkpoints, --no-combine
compare [WORKLOAD…]      Millrace and the others in turn, each time in a process of its own: W1 and W2 unless given
  --rounds N, --records N
micro [NAME]             what one record costs in one part of the engine
channel                  rows from one thread to another
  --rounds N
first-result             from the start of the command to the first result
  --rounds N`)
  process.exit(2)
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    parallelism: { type: 'string', default: '1' },
    runs: { type: 'string' },
    rounds: { type: 'string', default: '5' },
    records: { type: 'string' },
    engine: { type: 'string', default: 'millrace' },
    'no-checkpoints': { type: 'boolean', default: false },
    'no-combine': { type: 'boolean', default: false },
  },
})
const whole = (name: string, text: string): number =>
  /^[1-9]\d*$/.test(text) ? Number(text) : refuse(`--${name} takes a whole number above 0, not ${text}`)
const oneOf = <E extends Engine>(known: readonly E[], name: string): E =>
  known.find((engine) => engine === name) ?? refuse(`There is no engine ${name} for it: ${known.join(', ')}.`)

const oneWorkload = async (name: string): Promise<object> => {
  const parallelism = whole('parallelism', values.parallelism)
  const runs = (fallback: number): number => (values.runs === undefined ? fallback : whole('runs', values.runs))
  const records = (fallback: number): number => (values.records === undefined ? fallback : whole('records', values.records))
  if (name === 'W4')
    return measureWords({ engine: oneOf(wordEngines, values.engine), lines: records(wordLines), parallelism, runs: runs(1) })
  const workload = workloads.find((known) => known.name === name) ?? refuse(`There is no workload ${name}.`)
  const engine = oneOf(engines, values.engine)
  if (engine !== 'millrace' && parallelism > 1) refuse(`--parallelism is Millrace's own: ${engine} has one instance of everything.`)
  const checkpoints = engine === 'millrace' && workload.checkpoints && !values['no-checkpoints']
  return measure({
    engine,
    workload: { ...workload, records: records(workload.records) },
    parallelism,
    checkpoints,
    combine: !values['no-combine'],
    runs: runs(workload.checkpoints ? 1 : 3),
    wantsCheckpoints: values.records === undefined,
  })
}

const [command, ...rest] = positionals
const ofRecords = values.records === undefined ? [] : ['--records', values.records]
try {
  if (command === 'compare') compare(rest.length === 0 ? ['W1', 'W2'] : rest, whole('rounds', values.rounds), ofRecords, refuse)
  else if (command === 'micro') await micro(rest[0] ?? null, refuse)
  else if (command === 'channel') await channel(whole('rounds', values.rounds))
  else if (command === 'first-result') await firstResult(whole('rounds', values.rounds))
  else console.log(JSON.stringify(await oneWorkload(command ?? refuse('Which workload?'))))
} catch (error) {
  console.error(`bench: ${(error as Error).message}`)
  process.exitCode = 1
}
