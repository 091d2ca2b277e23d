/** One of the two threads: sends, receives, or sends and waits for the answer, as it is told. */
import { parentPort, workerData } from 'node:worker_threads'
import { keyHash } from '../../../lib/state/key.ts'
import type { Rows } from '../../../lib/workers/codec/batch-format.ts'
import { inOf, outOf } from './ends.ts'
import type { End, In, Out, Taken } from './ends.ts'

export interface Row {
  readonly key: number
  readonly value: number
  readonly time: number
  readonly name: string
}

/** A channel there and, for answers, one back. */
export interface Lane {
  readonly there: End
  readonly back: End
}

export interface Order {
  readonly lane: number
  readonly work: 'send' | 'receive' | 'ask' | 'answer'
  /** Batches, and rows of each. */
  readonly batches: number
  readonly rows: number
  readonly what: What
}

/** Rows that are there already; rows that are made for each batch; rows that are there, with their times, keys and hashes of keys. */
export type What = 'rows' | 'made' | 'keyed'

export interface Report {
  /** Epoch milliseconds. */
  readonly from: number
  readonly to: number
  /** Of the values sent or received. */
  readonly sum: number
  /** Microseconds of each question and answer. */
  readonly trips: readonly number[]
}

const names = Array.from({ length: 200 }, (_, i) => `station-${i}`)
const none: never[] = []
/** Rows that are there already: batches of them come again and again. */
const keptRows = 32_768

const made = (first: number, count: number): Row[] => {
  const rows: Row[] = []
  for (let i = first; i < first + count; i++) rows.push({ key: ((i * 2_654_435_761) >>> 0) % 1_000, value: i % 1_000, time: 1.7e12 + i, name: names[i % 200]! })
  return rows
}

const batchOf = (values: readonly Row[]): Rows => ({ values, times: none, keys: none, hashes: null, markAt: none, marks: none, origin: '' })

const keyed = (values: readonly Row[]): Rows => {
  const keys = values.map(({ key }) => key)
  return { ...batchOf(values), times: values.map(({ time }) => time), keys, hashes: keys.map(keyHash) }
}

/** Gives batches, rows `first` on in each. */
const supply = ({ what, rows }: Order): ((first: number) => Rows) => {
  if (what === 'made') return (first) => batchOf(made(first, rows))
  const wrap = what === 'keyed' ? keyed : batchOf
  const kept = Array.from({ length: keptRows / rows }, (_, batch) => wrap(made(batch * rows, rows)))
  return (first) => kept[(first / rows) % kept.length]!
}

const now = (): number => performance.timeOrigin + performance.now()

let wake: () => void = () => {}
const woken = (): Promise<void> => new Promise((resolve) => (wake = resolve))

const isFirst = (workerData as { readonly isFirst: boolean }).isFirst
const lanes = (workerData as { readonly lanes: readonly Lane[] }).lanes.map(({ there, back }): { out: Out; in: In } => {
  const called = (): void => wake()
  return isFirst ? { out: outOf(there, called), in: inOf(back, called) } : { out: outOf(back, called), in: inOf(there, called) }
})

const send = async (order: Order): Promise<Report> => {
  const { lane, batches, rows } = order
  const { out } = lanes[lane]!
  const batchFrom = supply(order)
  let sum = 0
  for (let batch = 0; batch < batches; batch++) for (const { value } of batchFrom(batch * rows).values as readonly Row[]) sum += value
  const from = now()
  for (let batch = 0; batch < batches; batch++) {
    while (!out.hasCredit()) await woken()
    out.send(batchFrom(batch * rows))
  }
  return { from, to: now(), sum, trips: [] }
}

const receive = async ({ lane, batches }: Order): Promise<Report> => {
  const from = now()
  let sum = 0
  for (let batch = 0; batch < batches; batch++) {
    const taken = await next(lanes[lane]!.in)
    for (const row of taken.rows as Row[]) sum += row.value
    lanes[lane]!.in.processed()
  }
  return { from, to: now(), sum, trips: [] }
}

const ask = async ({ lane, batches, rows }: Order): Promise<Report> => {
  const { out, in: back } = lanes[lane]!
  const trips: number[] = []
  const from = now()
  for (let batch = 0; batch < batches; batch++) {
    const question = batchOf(made(batch, rows))
    const asked = performance.now()
    out.send(question)
    await next(back)
    back.processed()
    trips.push((performance.now() - asked) * 1_000)
  }
  return { from, to: now(), sum: 0, trips }
}

const answer = async ({ lane, batches }: Order): Promise<Report> => {
  const { out, in: there } = lanes[lane]!
  const from = now()
  for (let batch = 0; batch < batches; batch++) {
    const { rows } = await next(there)
    there.processed()
    out.send(batchOf(rows as Row[]))
  }
  return { from, to: now(), sum: 0, trips: [] }
}

const next = async (from: In): Promise<Taken> => {
  for (;;) {
    const taken = from.take()
    if (taken !== undefined) return taken
    await woken()
  }
}

const works = { send, receive, ask, answer }
parentPort!.on('message', (order: Order) => {
  void works[order.work](order).then((report) => parentPort!.postMessage(report))
})
