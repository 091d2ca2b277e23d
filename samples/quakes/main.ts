/** Plays a week of earthquakes and prints what it committed. Kill it and start it again: it resumes from its last checkpoint. */
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { millis } from 'millrace'
import { fileStore, readCsv } from 'millrace/files'
import { argumentsOf } from '../arguments.ts'
import { play } from '../play.ts'
import { rowsOf } from '../rows.ts'
import { table } from '../table.ts'
import { topRegions } from './top-regions.ts'
import topology from './topology.ts'

export const description = 'a week of earthquakes by region and hour, with corrections and latecomers; kill it and it resumes'

const SLOW_PER_SECOND = 85
const REGIONS_SHOWN = 10
const known = {
  slow: { type: 'boolean', about: 'take 20 seconds, time enough to kill it' },
  output: { type: 'string', about: "the folder of results and checkpoints (the sample's own unless given)" },
} as const

const number = (value: number): string => value.toLocaleString('en-US')

/** Resolves with the exit code. */
export const main = async (args: string[]): Promise<number> => {
  const given = argumentsOf('quakes', args, known)
  if (typeof given === 'number') return given
  const folder = given.output ?? fileURLToPath(new URL('output', import.meta.url))
  const regions = join(folder, 'regions.csv')
  const late = join(folder, 'late.csv')

  console.log('quakes: a week of earthquakes, in the order in which they were reported, counted by region and hour.')
  console.log(
    given.slow === true
      ? 'Takes 20 s. Kill it (Ctrl-C, kill -9) and start it again to see it resume.'
      : 'Takes 1.5 s; with --slow (npm start -- --slow) there is time to kill it and to see it resume.',
  )
  const { summary, exitCode } = await play(
    topology,
    {
      checkpoints: { every: millis(100), to: fileStore(join(folder, 'checkpoints')) },
      parameters: { output: regions, 'late-output': late, ...(given.slow === true ? { 'events-per-second': SLOW_PER_SECOND } : {}) },
    },
    'events',
  )
  if (exitCode !== 0) {
    console.log(`Stopped after ${number(summary.records)} events. Start it again in the same way to resume from here.`)
    return exitCode
  }

  const { top, hours, corrections } = topRegions(
    await rowsOf(
      readCsv(
        regions,
        'region STRING NOT NULL, start TIMESTAMP NOT NULL, events INT NOT NULL, mean DOUBLE NOT NULL, largest DOUBLE NOT NULL',
      ),
    ),
    REGIONS_SHOWN,
  )
  const rows = top.map((total) => [
    total.region,
    number(total.events),
    total.mean.toFixed(2),
    total.largest.toFixed(1),
    number(total.hours),
  ])
  console.log(`\n${table([['region', 'events', 'mean', 'largest', 'hours'], ...rows])}\n`)
  console.log(`${number(summary.records)} events read, ${number(summary.late)} of them too late to count: ${relative('', late)}`)
  console.log(`${number(hours)} hours of a region, ${number(corrections)} corrections by events that came late: ${relative('', regions)}`)
  return 0
}
