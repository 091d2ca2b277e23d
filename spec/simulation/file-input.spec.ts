/** File sources under crashes of the machine and failing disks: each row is read exactly once, whatever happens between two of them. */
import { from, oneForOne, sink, source, topology } from 'millrace'
import type { SourceConnector, Topology } from 'millrace'
import { readCsv, readLines, readNdjson, writeNdjson } from 'millrace/files'
import { expect, it } from 'vitest'
import { fileStore } from '../../lib/checkpoint/stores/file-store.ts'
import { seededRandom } from '../../lib/env/sim-random.ts'
import { simWorld } from '../../lib/env/sim.ts'
import type { SimWorld } from '../../lib/env/sim.ts'
import { runIn } from '../../lib/runtime/job.ts'
import { bytesOf, inWorld, textOf } from '../env/in-world.ts'

const rows = Array.from({ length: 1500 }, (_, i) => ({ n: i, text: `${i % 7 === 0 ? 'two\nlines, ' : 'é '}${'x'.repeat((i * 31) % 90)}` }))
const csv = rows.map(({ n, text }) => `${n},${n % 7 === 0 ? `"${text}"` : text}\r\n`)

const inputs: readonly (readonly [name: string, content: string, of: (path: string) => SourceConnector<unknown>, records: readonly unknown[]])[] = [
  ['readCsv', `\uFEFFn,text\r\n${csv.join('')}`, (path) => readCsv(path, 'n INT, text STRING'), rows],
  ['readNdjson', rows.map((row) => `${JSON.stringify(row)}\n`).join('\n'), (path) => readNdjson(path), rows],
  ['readLines', rows.map((row) => JSON.stringify(row)).join('\n'), (path) => readLines(path), rows.map((row) => JSON.stringify(row))],
]

const put = (world: SimWorld, content: string): Promise<void> =>
  inWorld(world, async ({ files }) => {
    await files.createFolder('/out')
    const file = await files.open('/in', 'create')
    await file.write(bytesOf(content), 0)
    await file.sync()
    await file.close()
    await files.syncFolder('/')
  })

/** Runs the job in one process after the other until it has ended; the first ones are killed. */
const play = async (world: SimWorld, job: Topology, random: ReturnType<typeof seededRandom>): Promise<{ lives: number; restarts: number }> => {
  const supervision = oneForOne({ intensity: 1_000, backoff: { from: 1, to: 5, jitter: 0 } })
  for (let lives = 1; ; lives++) {
    const process = world.boot()
    let restarts: number | null = null
    let isOver = false
    runIn(process.env, job, { supervision, checkpoints: { every: 1 + random.below(10), to: fileStore('/checkpoints') } }, { batchRows: 16, channelRows: 64, chains: 'compiled' })
      .then(({ completed }) => completed)
      .then((summary) => (restarts = summary.restarts))
      // A disk that fails at the wrong moment ends a job; the next process goes on.
      .catch(() => undefined)
      .finally(() => (isOver = true))
    const steps = lives <= 4 ? 1 + random.below([100, 500, 2000][random.below(3)]!) : 1_000_000
    await process.run(() => isOver, { steps, virtualMs: 10_000_000 })
    process.kill()
    if (restarts !== null) return { lives, restarts }
    if (lives > 100) throw new Error('the job does not end')
  }
}

it.each(inputs)('%s gives each row once', { timeout: 60_000 }, async (_, content, connectorOf, records) => {
  let [lives, restarts] = [0, 0]
  for (let seed = 0; seed < 30; seed++) {
    const world = simWorld({ seed, faults: { ioErrors: seed % 2 === 0 ? 0.01 : 0 } })
    while (!(await put(world, content).then(() => true, () => false)));
    const job = topology(null, 'copy', from(source('in', connectorOf('/in'))).to(sink('out', writeNdjson('/out/copy'))))
    const played = await play(world, job, seededRandom(seed ^ 0xf11e))
    lives += played.lives
    restarts += played.restarts
    expect({ seed, out: textOf(world.disk.read('/out/copy')) }).toEqual({ seed, out: records.map((record) => `${JSON.stringify(record)}\n`).join('') })
  }
  expect(lives).toBeGreaterThan(60)
  expect(restarts).toBeGreaterThan(5)
})
