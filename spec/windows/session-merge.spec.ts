import { expect, test } from 'vitest'
import { aggregateNode, toArray } from '../../lib/windows/aggregate-spec.ts'
import { session } from '../../lib/windows/assigner.ts'
import { Harness, type Sample, type Stage } from './window-harness.ts'

/** Each record's `v` is its gap. */
const byGap = session((record: Sample) => record.v) as Stage['assigner']
const listed = { kind: 'aggregate', node: aggregateNode(toArray())! } as const

const harnessOf = (lateness = 0): Harness => new Harness({ assigner: byGap, fold: listed, lateness })

const feed = (harness: Harness, records: readonly (readonly [key: string, time: number, gap: number])[]): void => {
  for (const [key, time, v] of records) harness.record({ key, time, v })
}

test('sessions that abut become one', () => {
  const harness = harnessOf()
  feed(harness, [['a', 0, 5], ['a', 5, 5]])
  harness.watermark(Infinity)
  expect(harness.outputs.map(({ window }) => window)).toEqual([{ start: 0, end: 10 }])
})

test('a merged session fires in the place of its part that arrived first', () => {
  const harness = harnessOf()
  feed(harness, [['a', 20, 10], ['b', 0, 30], ['a', 0, 5], ['a', 5, 15]])
  harness.watermark(Infinity)
  expect(harness.outputs.map(({ key, window }) => [key, window.start, window.end])).toEqual([['a', 0, 30], ['b', 0, 30]])
})

test('a session that begins earlier than it did fires before those that begin later', () => {
  const harness = harnessOf()
  feed(harness, [['b', 5, 10], ['a', 10, 5], ['a', 2, 8]])
  harness.watermark(Infinity)
  expect(harness.outputs.map(({ key, window }) => [key, window.start, window.end])).toEqual([['a', 2, 15], ['b', 5, 15]])
})

test('the pane of merged sessions is counted after the largest index of theirs', () => {
  const harness = harnessOf(100)
  harness.watermark(30)
  feed(harness, [['a', 20, 5], ['a', 20, 5], ['a', 0, 5], ['a', 3, 18]])
  expect(harness.outputs.map(({ window, pane }) => [window.start, window.end, pane.index, pane.timing])).toEqual([
    [20, 25, 0, 'late'],
    [20, 25, 1, 'late'],
    [0, 5, 0, 'late'],
    [0, 25, 2, 'late'],
  ])
})

test('a session that has fired and goes on fires again, on time, at its new end', () => {
  const harness = harnessOf(100)
  feed(harness, [['a', 0, 5]])
  harness.watermark(4)
  feed(harness, [['a', 4, 10]])
  expect(harness.outputs).toHaveLength(1)
  harness.watermark(13)
  expect(harness.outputs.at(-1)!.pane).toEqual({ index: 1, timing: 'on-time', isLast: false })
})

test('a record is judged late after it has merged', () => {
  const harness = harnessOf()
  feed(harness, [['a', 10, 20]])
  harness.watermark(20)
  feed(harness, [['a', 5, 5], ['b', 5, 5]])
  expect(harness.late).toEqual([{ key: 'b', time: 5, v: 5 }])
  harness.watermark(Infinity)
  expect(harness.outputs.map(({ window }) => window)).toEqual([{ start: 5, end: 30 }])
})

test('merged sessions keep the order of arrival in toArray', () => {
  const harness = harnessOf()
  feed(harness, [['a', 20, 5], ['a', 0, 5], ['a', 21, 4], ['a', 5, 15]])
  harness.watermark(Infinity)
  expect((harness.outputs[0]!.value as Sample[]).map(({ time }) => time)).toEqual([20, 0, 21, 5])
})
