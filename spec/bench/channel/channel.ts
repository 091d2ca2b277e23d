/** Rows from one worker thread to another: as objects by postMessage, in buffers that move, in a ring of shared memory. */
import { MessageChannel, Worker } from 'node:worker_threads'
import type { MessagePort } from 'node:worker_threads'
import { ringMemory } from '../../../lib/workers/ring.ts'
import { median, spread } from '../statistics.ts'
import { columns } from '../text-columns.ts'
import { bytesMax, ways } from './ends.ts'
import type { End, Way } from './ends.ts'
import type { Lane, Order, Report, What } from './thread.ts'

const names: Readonly<Record<Way, string>> = { objects: 'objects posted', port: 'buffers moved', ring: 'ring of shared memory' }
const sizes = [1_024, 4_096] as const
/** Rows of a round; of the slow way fewer. */
const rowsOfRound: Readonly<Record<Way, number>> = { objects: 2 ** 20, port: 2 ** 22, ring: 2 ** 22 }
const whats = ['rows', 'made', 'keyed'] as const
const aside: Readonly<Record<What, string>> = { rows: '', made: ', rows made on the way', keyed: ', with times, keys and hashes' }
const trips = 3_000

interface Course {
  readonly way: Way
  readonly rows: number
  readonly what: What
  readonly lane: number
}

/** Each course in turn in every round, all in the same two threads; the first round warms up. */
export const channel = async (rounds: number): Promise<void> => {
  const courses: Course[] = whats.flatMap((what) => sizes.flatMap((rows) => ways.map((way) => ({ way, rows, what })))).map((course, lane) => ({ ...course, lane }))
  const threads = new Threads(courses.map(({ way }) => way))
  const speeds = courses.map((): number[] => [])
  for (let round = 0; round <= rounds; round++)
    for (const [index, course] of courses.entries()) {
      const speed = await threads.speed(course)
      if (round > 0) speeds[index]!.push(speed)
    }
  const lines = courses.map(({ way, rows, what }, index) => {
    const posted = speeds[courses.findIndex((course) => course.way === 'objects' && course.rows === rows && course.what === what)]!
    const ratios = speeds[index]!.map((speed, round) => speed / posted[round]!)
    return [`${names[way]}, ${rows} a batch${aside[what]}`, median(speeds[index]!).toFixed(1), spread(speeds[index]!, 1), median(ratios).toFixed(1), spread(ratios, 1)]
  })
  console.log(columns([['', 'M rows/s', 'least–most', 'to objects', 'least–most'], ...lines]))

  const waits: string[][] = [['there and back', 'median µs', '99 %']]
  for (const rows of [1, 16])
    for (const way of ways) {
      const times = (await threads.trips(courses.find((course) => course.way === way)!.lane, rows)).toSorted((a, b) => a - b)
      waits.push([`${names[way]}, ${rows} a batch`, median(times).toFixed(1), times[Math.floor(times.length * 0.99)]!.toFixed(1)])
    }
  console.log(`\n${columns(waits)}`)
  await threads.end()
}

class Threads {
  readonly #first: Worker
  readonly #second: Worker

  constructor(lanes: readonly Way[]) {
    const pairs = lanes.map((way) => ({ there: ends(way), back: ends(way) }))
    const thread = (end: 0 | 1): Worker => {
      const given = pairs.map(({ there, back }): Lane => ({ there: there[end], back: back[end] }))
      const moved: MessagePort[] = given.flatMap(({ there, back }) => [there.port, back.port])
      return new Worker(new URL('thread.ts', import.meta.url), { workerData: { isFirst: end === 0, lanes: given }, transferList: moved })
    }
    this.#first = thread(0)
    this.#second = thread(1)
  }

  /** Million rows a second. */
  async speed({ way, rows, what, lane }: Course): Promise<number> {
    const batches = rowsOfRound[way] / rows
    const of = (work: Order['work']): Order => ({ lane, work, batches, rows, what })
    const [sent, received] = await Promise.all([done(this.#first, of('send')), done(this.#second, of('receive'))])
    if (received.sum !== sent.sum) throw new Error(`${way}: the values received add up to ${received.sum}`)
    return (batches * rows) / (received.to - sent.from) / 1_000
  }

  /** Microseconds each. */
  async trips(lane: number, rows: number): Promise<readonly number[]> {
    const of = (work: Order['work']): Order => ({ lane, work, batches: trips, rows, what: 'made' })
    const [asked] = await Promise.all([done(this.#first, of('ask')), done(this.#second, of('answer'))])
    return asked.trips.slice(trips / 3)
  }

  async end(): Promise<void> {
    await Promise.all([this.#first.terminate(), this.#second.terminate()])
  }
}

const ends = (way: Way): readonly [End, End] => {
  const { port1, port2 } = new MessageChannel()
  const memory = ringMemory(bytesMax)
  return [
    { way, port: port1, memory },
    { way, port: port2, memory },
  ]
}

const done = (thread: Worker, order: Order): Promise<Report> =>
  new Promise((resolve, reject) => {
    thread.once('error', reject)
    thread.once('message', (report: Report) => {
      thread.off('error', reject)
      resolve(report)
    })
    thread.postMessage(order)
  })
