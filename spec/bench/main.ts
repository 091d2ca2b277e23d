/**
 * `npm run -s bench -- W1|W2 [--parallelism N] [--runs N] [--engine 'plain loop']` prints one JSON line;
 * `npm run -s bench -- compare [W1|W2] [--rounds N]` one line for each workload.
 */
import { parseArgs } from 'node:util'
import { compare } from './compare.ts'
import { measure } from './measure.ts'
import { workloads } from './workload.ts'

const refuse = (message: string): never => {
  const names = workloads.map(({ name, about }) => `  ${name}  ${about}\n`).join('')
  console.error(`${message}\n${names}  compare [WORKLOAD]  both engines in turn`)
  process.exit(2)
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    parallelism: { type: 'string', default: '1' },
    runs: { type: 'string', default: '3' },
    rounds: { type: 'string', default: '5' },
    engine: { type: 'string', default: 'millrace' },
  },
})
const whole = (name: string, text: string): number =>
  /^[1-9]\d*$/.test(text) ? Number(text) : refuse(`--${name} takes a whole number, not ${text}`)
const [first, second] = positionals
const wanted = first === 'compare' ? second : (first ?? refuse('Which workload?'))
const chosen = workloads.filter(({ name }) => wanted === undefined || name === wanted)
if (chosen.length === 0) refuse(`There is no workload ${wanted}.`)
const { engine } = values
if (engine !== 'millrace' && engine !== 'plain loop') refuse(`There is no engine ${engine}: millrace, plain loop.`)
else if (first === 'compare') compare(chosen, whole('rounds', values.rounds))
else console.log(JSON.stringify(await measure(engine, chosen[0]!, whole('parallelism', values.parallelism), whole('runs', values.runs))))
