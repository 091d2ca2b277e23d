/** What a job came to, as a table. */
import type { JobSummary } from '../runtime/job-handle.ts'
import { formatDuration } from './duration.ts'

const number = (value: number): string => value.toLocaleString('en-US')

/** The rows of the table: what is counted, and the figure. */
const rowsOf = (summary: JobSummary): readonly (readonly [string, string])[] => [
  ['records', number(summary.records)],
  ['results', number(summary.results)],
  ['late', number(summary.late)],
  ['dead letters', number(summary.deadLetters)],
  ['restarts', number(summary.restarts)],
  ['checkpoints', number(summary.checkpoints)],
  ['elapsed', formatDuration(summary.elapsed)],
]

/** One figure a line, names to the left and figures to the right. */
export const summaryTable = (summary: JobSummary): string => {
  const rows = rowsOf(summary)
  const nameWidth = Math.max(...rows.map(([name]) => name.length))
  const figureWidth = Math.max(...rows.map(([, figure]) => figure.length))
  return rows.map(([name, figure]) => `  ${name.padEnd(nameWidth)}  ${figure.padStart(figureWidth)}`).join('\n')
}
