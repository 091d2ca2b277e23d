/** How far a job is, as text: from two readings of its counters, and when the last checkpoint was complete. */
import type { JobMetrics, JobStatus } from '../runtime/job-handle.ts'
import { formatDuration } from './duration.ts'
import { countOf, formatCount } from './number.ts'

/** The counters of a job at one time. */
export interface Reading {
  readonly status: JobStatus
  readonly metrics: JobMetrics
  /** Epoch milliseconds. */
  readonly at: number
}

/**
 * `running  12,345 records (1,200/s)  44 results  watermark 2026-05-04 10:00:12.000 (lag 3.2 s)  checkpoint 2.1 s ago  3 late`.
 * Rates are those since the reading before.
 */
export const progressText = (before: Reading, now: Reading, checkpointAt: number | null): string => {
  const { records, results, late, deadLetters, restarts } = now.metrics
  const elapsed = Math.max(1, now.at - before.at)
  // A restart goes back to the last snapshot, and the counters with it.
  const rate = (Math.max(0, records - before.metrics.records) / elapsed) * 1_000
  const watermark = watermarkOf(now.metrics)
  return [
    now.status,
    `${countOf(records, 'record')} (${formatCount(rate)}/s)`,
    countOf(results, 'result'),
    ...(watermark === null ? [] : [`watermark ${instant(watermark)} (lag ${formatDuration(Math.max(0, now.at - watermark))})`]),
    ...(checkpointAt === null ? [] : [`checkpoint ${formatDuration(Math.max(0, now.at - checkpointAt))} ago`]),
    ...(late > 0 ? [`${formatCount(late)} late`] : []),
    ...(deadLetters > 0 ? [countOf(deadLetters, 'dead letter')] : []),
    ...(restarts > 0 ? [countOf(restarts, 'restart')] : []),
  ].join('  ')
}

/** That of the actor furthest behind; null before there is one, after the last, and without event time. */
const watermarkOf = ({ operators }: JobMetrics): number | null => {
  const known = Object.values(operators).map(({ watermark }) => watermark)
  const least = Math.min(...known.filter((watermark) => watermark > -Infinity))
  return Number.isFinite(least) ? least : null
}

/** UTC; a time that no calendar has stays a number. */
const instant = (at: number): string => (Math.abs(at) <= 8.64e15 ? new Date(at).toISOString().replace('T', ' ').slice(0, -1) : String(at))
