/** `window`: cuts a keyed stream into windows. It makes no node: the fold behind it does, with what is noted here. */
import { callSite } from '../api/call-site.ts'
import { checkNames, checkNumber, invalid, shown } from '../api/option-checks.ts'
import { windowedStream } from '../api/stream.ts'
import type { Key, KeyedStream, SideOutput, Stage, WindowedStream } from '../api/stream.ts'
import { sideOutputNode } from '../api/topology.ts'
import { MillraceError } from '../errors.ts'
import type { Assigner, WindowNodeParams } from '../windows/assigner.ts'
import { keyedOf } from './stage-input.ts'

export interface WindowOptions<T> {
  /** A window that has fired stays open for later records until the watermark is that many milliseconds further; 0 unless given. */
  readonly allowedLateness?: number
  /** Where a record goes whose windows have all closed; to the dead letters unless given. */
  readonly lateTo?: SideOutput<T>
}

/**
 * Cuts each key's records into windows by time. A window fires when the watermark reaches its end; behind `eventTime` that is event time,
 * else the wall clock at arrival. `reduce`, `aggregate` or `scan` comes next.
 *
 * @example from(readings).pipe(keyBy((r) => r.station), window(tumbling(minutes(1)), { lateTo: late }), aggregate(count(), { id: 'n' }))
 * @throws OPTION_INVALID for an assigner or option that is not known or not fit
 * @throws TOPOLOGY_INVALID where the stream is not keyed
 */
export const window = <K extends Key, T>(
  assigner: Assigner<NoInfer<T>>,
  options: WindowOptions<NoInfer<T>> = {},
): Stage<KeyedStream<K, T>, WindowedStream<K, T>> => {
  const site = callSite()
  checkAssigner(assigner, site)
  checkNames('window', options, ['allowedLateness', 'lateTo'], site)
  const { allowedLateness = 0, lateTo } = options
  checkNumber('allowedLateness (milliseconds)', allowedLateness, { least: 0, whole: true }, site)
  const late = lateTo === undefined ? null : sideOutputNode(lateTo)
  if (lateTo !== undefined && late === null)
    throw invalid(`lateTo was given ${shown(lateTo)}`, site, "Pass what sideOutput('id') returned.")
  const params: WindowNodeParams = { assigner, allowedLateness, lateTo: late, site }
  return (input) => {
    const { node, window: before } = keyedOf(input, 'window', site)
    if (before !== null)
      throw new MillraceError('TOPOLOGY_INVALID', 'window stands behind window(…)', {
        site,
        next: 'Put reduce, aggregate or scan between them.',
      })
    return windowedStream(node, params)
  }
}

const checkAssigner = (assigner: unknown, site: string): void => {
  const kind = typeof assigner === 'object' && assigner !== null && 'kind' in assigner ? assigner.kind : undefined
  if (kind === 'tumbling' || kind === 'sliding' || kind === 'session') return
  throw invalid(
    `window was given ${shown(assigner)} where an assigner belongs`,
    site,
    'This version has tumbling(size), sliding(size, slide) and session(gap).',
  )
}
