/** What a job came to: what each of its actors did, and the totals. */
import type { JobMetrics, JobSummary, OperatorMetrics } from '../runtime/job-handle.ts'
import { formatDuration } from './duration.ts'
import { formatBytes, formatCount } from './number.ts'

/** The last checkpoint of a run. */
export interface LastCheckpoint {
  readonly bytes: number
  /** Milliseconds. */
  readonly tookMs: number
}

/** Columns to the width of their longest cell; the first to the left, the others to the right. */
const table = (rows: readonly (readonly string[])[]): string => {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  const line = (row: readonly string[]): string => row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!))).join('  ')
  return rows.map((row) => `  ${line(row)}`).join('\n')
}

/** One line for each figure. */
export const summaryTable = (summary: JobSummary, last: LastCheckpoint | null = null): string =>
  table([
    ['records', formatCount(summary.records)],
    ['results', formatCount(summary.results)],
    ['late', formatCount(summary.late)],
    ['dead letters', formatCount(summary.deadLetters)],
    ['restarts', formatCount(summary.restarts)],
    ['checkpoints', formatCount(summary.checkpoints)],
    ...(last === null ? [] : [['last checkpoint', `${formatBytes(last.bytes)} in ${formatDuration(last.tookMs)}`]]),
    ['elapsed', formatDuration(summary.elapsed)],
  ])

/**
 * One line for each actor, all of its instances together: what it took and sent on, and the time of this thread that it needed.
 * They count since the last restart. Null where nothing ran.
 */
export const operatorTable = ({ operators, restarts }: JobMetrics): string | null => {
  const actors = [...byActor(operators)].filter(([id]) => !isOfDeadLetters(id))
  const rows = actors.map(([id, total]) => [
    id,
    formatCount(total.in),
    formatCount(total.out),
    formatCount(total.late),
    formatCount(total.deadLetters),
    formatDuration(total.busy),
  ])
  if (rows.length === 0) return null
  return table([[restarts > 0 ? 'since the restart' : 'actor', 'in', 'out', 'late', 'dead letters', 'time'], ...rows])
}

/** Their own count is in the column of the stage they come from. */
const isOfDeadLetters = (id: string): boolean => id.startsWith('#')

type Total = Pick<OperatorMetrics, 'in' | 'out' | 'late' | 'deadLetters' | 'busy'>

/** Stages in front of a sink and what writes to it go by one id: what the first takes is its input, what the second writes its output. */
const byActor = (operators: JobMetrics['operators']): Map<string, Total> => {
  const totals = new Map<string, Total>()
  const names = new Set(Object.keys(operators))
  for (const [name, of] of Object.entries(operators)) {
    const [, id = name, instance = '', writes = ''] = /^(.*)(\/\d+)(!?)$/.exec(name) ?? []
    const total = totals.get(id) ?? { in: 0, out: 0, late: 0, deadLetters: 0, busy: 0 }
    const isFirst = writes === '' || !names.has(`${id}${instance}`)
    const isLast = writes !== '' || !names.has(`${id}${instance}!`)
    totals.set(id, {
      in: total.in + (isFirst ? of.in : 0),
      out: total.out + (isLast ? of.out : 0),
      late: total.late + of.late,
      deadLetters: total.deadLetters + of.deadLetters,
      busy: total.busy + of.busy,
    })
  }
  return totals
}
