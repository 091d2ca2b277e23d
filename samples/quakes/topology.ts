/** A week of earthquakes by region and hour, from a feed in which most of them arrive late. */
import { fileURLToPath } from 'node:url'
import {
  aggregate,
  average,
  count,
  days,
  eventTime,
  from,
  hours,
  keyBy,
  map,
  max,
  parameter,
  sideOutput,
  sink,
  source,
  topology,
  tumbling,
  window,
} from 'millrace'
import { readCsv, writeCsv } from 'millrace/files'

const beside = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

interface Quake {
  readonly id: string
  readonly region: string
  readonly magnitude: number
  readonly depth: number | null
  readonly at: number
  readonly updated: number
}

/** What is known of a region's hour. A later row for the same hour corrects the ones before it. */
interface RegionHour {
  readonly region: string
  readonly start: number
  readonly events: number
  readonly mean: number
  readonly largest: number
}

const quakes = source(
  'quakes',
  readCsv(
    beside('input.csv'),
    `id STRING NOT NULL, region STRING NOT NULL, magnitude DOUBLE NOT NULL, depth DOUBLE,
     at TIMESTAMP NOT NULL, updated TIMESTAMP NOT NULL`,
    // The week takes a second and a half.
    { ratePerSecond: parameter('events-per-second', 'DOUBLE', { default: 1200 }) },
  ),
)
const regions = sink(
  'regions',
  writeCsv<RegionHour>(
    parameter('output', 'STRING', { default: beside('output/regions.csv') }),
    ['region', 'start', 'events', 'mean', 'largest'],
    { existing: 'replace' },
  ),
)
const late = sideOutput<Quake>('late')
const tooLate = sink(
  'too-late',
  writeCsv<Quake>(
    parameter('late-output', 'STRING', { default: beside('output/late.csv') }),
    ['id', 'region', 'magnitude', 'at', 'updated'],
    { existing: 'replace' },
  ),
)

export default topology(
  import.meta,
  'quakes',
  from(quakes)
    .pipe(
      eventTime((quake) => quake.at, { outOfOrderness: hours(1) }),
      keyBy((quake) => quake.region),
      window(tumbling(hours(1)), { allowedLateness: days(1), lateTo: late }),
      aggregate(
        { events: count(), mean: average((quake) => quake.magnitude), largest: max((quake) => quake.magnitude) },
        { id: 'per-region-and-hour' },
      ),
      map(({ key, window: hour, value }) => ({ region: key, start: hour.start, ...value })),
    )
    .to(regions),
  from(late).to(tooLate),
)
