/** Durations of the command line. */

const units: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 }

/** '50ms', '10s', '1m', '2h' in milliseconds; null for anything else. */
export const parseDuration = (text: string): number | null => {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text) ?? []
  if (amount === undefined || unit === undefined) return null
  const ms = Math.round(Number(amount) * units[unit]!)
  return ms >= 1 ? ms : null
}

/** Milliseconds as a person reads them: '850 ms', '12.4 s', '3 min 5 s'. */
export const formatDuration = (ms: number): string => {
  if (ms < 1_000) return `${Math.round(ms)} ms`
  if (ms < 59_950) return `${(ms / 1_000).toFixed(1)} s`
  const whole = Math.round(ms / 1_000)
  return `${Math.floor(whole / 60)} min ${whole % 60} s`
}
