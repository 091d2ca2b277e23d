/**
 * The process that is killed: `victim.ts JOB FOLDER PARALLELISM AIM` runs one job to its end, with checkpoints in FOLDER.
 *
 * Lines on stdout: `started new|resumed|finished RECORDS`, then `first record`, `last record`, and `aim` once AIM records have been read
 * (0: none of it), then `finished`.
 */
import { writeSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { run } from 'millrace'
import type { Topology } from 'millrace'
import { fileStore } from 'millrace/files'
import { jobs, outputOf } from './jobs.ts'

/** At once: what a stream still holds dies with the process. */
const say = (line: string): void => void writeSync(1, `${line}\n`)

const LOOK_MS = 1
const [name, folder = '', parallelism, aim] = process.argv.slice(2)
const job = jobs.find((known) => known.name === name)
if (job === undefined) throw new Error(`no job ${name}: ${jobs.map((known) => known.name).join(', ')}`)

const { default: topology } = (await import(pathToFileURL(resolve(job.module)).href)) as { default: Topology }
const running = await run(topology, {
  checkpoints: { every: job.checkpointEvery, to: fileStore(join(folder, 'checkpoints')) },
  parallelism: Number(parallelism),
  parameters: job.parameters(outputOf(job, folder)),
})
let before = 0
running.events$
  .subscribe((event) => {
    if (event.type !== 'started') return
    before = event.records
    say(`started ${event.from} ${event.records}`)
  })
  .unsubscribe()

let seen = before
let isAimed = aim === '0'
const look = (): void => {
  const { records } = running.metrics()
  if (seen === before && records > before) say('first record')
  if (seen < job.records && records >= job.records) say('last record')
  if (!isAimed && records >= Number(aim)) {
    isAimed = true
    say('aim')
  }
  seen = records
}
const timer = setInterval(look, LOOK_MS)
await running.completed
clearInterval(timer)
say('finished')
