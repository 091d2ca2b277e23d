/** Actors and channels of a region, laid out from its plan. */
import { collect, count, aggregate, from, fromArray, keyBy, map, rebalance, sink, source, topology } from 'millrace'
import type { Flow, SinkConnector } from 'millrace'
import { expect, test } from 'vitest'
import { buildPlan } from '../../lib/plan/build-plan.ts'
import { topologyNode } from '../../lib/api/topology.ts'
import { wiringOf } from '../../lib/runtime/wiring.ts'
import type { Wiring } from '../../lib/runtime/wiring.ts'

const numbers = () => from(source('numbers', fromArray([1])))
const laidOut = (flow: Flow, parallelism: number): Wiring => wiringOf(buildPlan(topologyNode(topology(null, 't', flow))!, { parallelism, maxParallelism: 128, checkpoints: false, combine: false, supervision: null }), 0)
const ways = ({ channels }: Wiring): string[] => channels.map(({ from: sender, to }) => `${sender} → ${to}`).filter((way) => !way.includes('#dead'))
const names = ({ actors }: Wiring): string[] => actors.map(({ name, kind }) => `${name} ${kind}`).filter((name) => !name.startsWith('#dead'))

test('every instance of a stage has a channel to every one behind a shuffle', () => {
  const wiring = laidOut(numbers().pipe(keyBy((n) => n), aggregate(count(), { id: 'n' })).to(sink('out', collect())), 2)
  expect(names(wiring)).toEqual(['numbers/0 source', 'numbers/1 source', 'n/0 operators', 'n/1 operators', 'out/0 operators', 'out/0! writer'])
  expect(ways(wiring)).toEqual(['numbers/0 → n/0', 'numbers/0 → n/1', 'numbers/1 → n/0', 'numbers/1 → n/1', 'n/0 → out/0', 'n/1 → out/0', 'out/0 → out/0!'])
})

test('a writer with one input takes it as it comes', () => {
  const wiring = laidOut(numbers().pipe(rebalance(), map((n) => n)).to(sink('out', collect())), 1)
  expect(ways(wiring)).toEqual(['numbers/0 → numbers.map/0', 'numbers.map/0 → out/0!'])
  expect(wiring.actors.find(({ name }) => name === 'numbers.map/0')!.outputs[0]).toMatchObject({ port: '', valuesOnly: true })
})

test('one that formats has an actor before it, in which a record may fail', () => {
  const formatting: SinkConnector<number> = { format: (n) => n + 1, open: () => ({ write: () => undefined, close: () => undefined }) }
  expect(ways(laidOut(numbers().to(sink('out', formatting)), 1))).toEqual(['numbers/0 → out/0', 'out/0 → out/0!'])
})

test('each channel is one output of one actor and one input of another', () => {
  const { actors, channels } = laidOut(numbers().pipe(keyBy((n) => n), aggregate(count(), { id: 'n' })).to(sink('out', collect())), 3)
  const all = channels.map((_, index) => index)
  expect(actors.flatMap(({ inputs }) => inputs).toSorted((a, b) => a - b)).toEqual(all)
  expect(actors.flatMap(({ outputs }) => outputs.flatMap((output) => output.channels)).toSorted((a, b) => a - b)).toEqual(all)
  for (const { name, inputs } of actors) for (const input of inputs) expect(channels[input]!.to).toBe(name)
})
