/** The regions with the most events, summed up over their hours. */

/** What was written of a region's hour. */
interface RegionHour {
  readonly region: string
  readonly start: number
  readonly events: number
  readonly mean: number
  readonly largest: number
}

interface RegionTotal {
  readonly region: string
  readonly events: number
  readonly mean: number
  readonly largest: number
  readonly hours: number
}

interface TopRegions {
  readonly top: readonly RegionTotal[]
  /** Hours of a region, all regions together. */
  readonly hours: number
  /** Rows that a later one for the same region and hour replaced. */
  readonly corrections: number
}

/** At most `limit` regions, the one with the most events first. */
export const topRegions = (rows: readonly RegionHour[], limit: number): TopRegions => {
  const lastOfHour = new Map(rows.map((row) => [`${row.region}\n${row.start}`, row]))
  const totals = [...Map.groupBy(lastOfHour.values(), (row) => row.region)].map(([region, hours]): RegionTotal => {
    const events = hours.reduce((total, hour) => total + hour.events, 0)
    return {
      region,
      events,
      mean: hours.reduce((total, hour) => total + hour.mean * hour.events, 0) / events,
      largest: Math.max(...hours.map((hour) => hour.largest)),
      hours: hours.length,
    }
  })
  const top = totals.toSorted((a, b) => b.events - a.events || (a.region < b.region ? -1 : 1)).slice(0, limit)
  return { top, hours: lastOfHour.size, corrections: rows.length - lastOfHour.size }
}
