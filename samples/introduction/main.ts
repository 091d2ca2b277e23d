/** Plays the introduction and prints the counts that it committed. */
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { millis } from 'millrace'
import { fileStore, readCsv } from 'millrace/files'
import { argumentsOf } from '../arguments.ts'
import { play } from '../play.ts'
import { rowsOf } from '../rows.ts'
import { table } from '../table.ts'
import topology from './topology.ts'

export const description = 'words of a round for four voices, counted in windows of ten seconds'

const known = { output: { type: 'string', about: "the folder of results and checkpoints (the sample's own unless given)" } } as const

/** Resolves with the exit code. */
export const main = async (args: string[]): Promise<number> => {
  const given = argumentsOf('introduction', args, known)
  if (typeof given === 'number') return given
  const folder = given.output ?? fileURLToPath(new URL('output', import.meta.url))
  const counts = join(folder, 'counts.csv')

  console.log("introduction: counts the words of 'Row, Row, Row Your Boat', sung as a round, in windows of ten seconds.")
  const { summary, exitCode } = await play(
    topology,
    { checkpoints: { every: millis(100), to: fileStore(join(folder, 'checkpoints')) }, parameters: { output: counts } },
    'words',
  )
  if (exitCode !== 0) return exitCode

  const rows = await rowsOf(readCsv(counts, 'word STRING NOT NULL, start TIMESTAMP NOT NULL, count INT NOT NULL'))
  const time = (at: number): string => new Date(at).toISOString().slice(11, 19)
  console.log(`\n${table([['from', 'word', 'count'], ...rows.map(({ word, start, count }) => [time(start), word, String(count)])])}\n`)
  console.log(`${summary.records} words sung, ${summary.results} counts, ${summary.late} late: ${relative('', counts)}`)
  return 0
}
