/** Durations of the command line. */

const units: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 }

/** '50ms', '10s', '1m', '2h' in milliseconds; null for anything else. */
export const parseDuration = (text: string): number | null => {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text) ?? []
  if (amount === undefined || unit === undefined) return null
  const ms = Math.round(Number(amount) * units[unit]!)
  return ms >= 1 ? ms : null
}

const DAY = 86_400
const YEAR = 365 * DAY

/** Milliseconds as a person reads them: '850 ms', '12.4 s', '3 min 5 s', '2 h 7 min', '9 d 4 h', '21 y'. */
export const formatDuration = (ms: number): string => {
  if (ms < 999.5) return `${Math.round(ms)} ms`
  if (ms < 59_950) return `${(ms / 1_000).toFixed(1)} s`
  const seconds = Math.round(ms / 1_000)
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`
  if (seconds < DAY) return `${Math.floor(seconds / 3_600)} h ${Math.floor((seconds % 3_600) / 60)} min`
  if (seconds < YEAR) return `${Math.floor(seconds / DAY)} d ${Math.floor((seconds % DAY) / 3_600)} h`
  return `${Math.floor(seconds / YEAR)} y`
}
