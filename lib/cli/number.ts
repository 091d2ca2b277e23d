/** Numbers as a person reads them. By hand: Intl takes longer to load than many a job to run. */

/** 1234567 as '1,234,567'. */
export const formatCount = (value: number): string => String(Math.round(value)).replaceAll(/\B(?=(?:\d{3})+$)/g, ',')

/** '1 restart', '1,234 restarts'. */
export const countOf = (value: number, unit: string): string => `${formatCount(value)} ${unit}${value === 1 ? '' : 's'}`

/** '512 B', '12.3 kB', '4.0 MB'. */
export const formatBytes = (bytes: number): string => {
  if (bytes < 1_000) return `${bytes} B`
  const [unit, size] = bytes < 999_950 ? ['kB', 1e3] as const : bytes < 999_950_000 ? ['MB', 1e6] as const : ['GB', 1e9] as const
  return `${(bytes / size).toFixed(1)} ${unit}`
}
