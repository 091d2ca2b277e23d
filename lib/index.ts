/** What `millrace` exports, by hand: anything not listed here cannot be imported. */

export { from, merge, mergeWith, sideOutput, sink, source, topology } from './api/topology.ts'
export type { Topology } from './api/topology.ts'
export type {
  AnyStream,
  DataStream,
  Flow,
  Key,
  Keyed,
  KeyedStream,
  Pane,
  SideOutput,
  SinkRef,
  SourceRef,
  Stage,
  Window,
  Windowed,
  WindowedStream,
} from './api/stream.ts'
export type { StageOptions, StatefulOptions } from './api/stage-options.ts'
export type {
  SinkConnector,
  SinkContext,
  SinkStart,
  SinkWriter,
  SourceBatch,
  SourceConnector,
  SourceContext,
  SourceReader,
  Split,
} from './api/connector.ts'
export { parameter } from './api/parameter.ts'
export type { Parameter, ParameterType, ParameterValue } from './api/parameter.ts'
export { days, hours, millis, minutes, seconds } from './api/durations.ts'

export { filter } from './operators/filter.ts'
export { flatMap } from './operators/flat-map.ts'
export { map } from './operators/map.ts'
export { offload } from './operators/offload.ts'
export type { OffloadOptions } from './operators/offload.ts'
export { skip } from './operators/skip.ts'
export { take } from './operators/take.ts'
export { tap } from './operators/tap.ts'
export { eventTime } from './operators/event-time.ts'
export type { EventTimeOptions } from './operators/event-time.ts'

export { broadcast } from './operators/broadcast.ts'
export { isolate } from './operators/isolate.ts'
export { keyBy } from './operators/key-by.ts'
export { parallelism } from './operators/parallelism.ts'
export { partition } from './operators/partition.ts'
export { hash, range } from './operators/partitioner.ts'
export type { HashPartitioner, Partitioner, RangeFunction, RangePartitioner, SampledRangePartitioner } from './operators/partitioner.ts'
export { rebalance } from './operators/rebalance.ts'

export { aggregate } from './operators/aggregate.ts'
export { reduce } from './operators/reduce.ts'
export { scan } from './operators/scan.ts'
export { window } from './operators/window.ts'
export type { WindowOptions } from './operators/window.ts'
export { session, sliding, tumbling } from './windows/assigner.ts'
export type { Assigner } from './windows/assigner.ts'
export { aggregator, average, count, first, last, max, maxBy, min, minBy, sum, toArray } from './windows/aggregate-spec.ts'
export type { Aggregator, AggregatorParts, Spec } from './windows/aggregate-spec.ts'

export { exponential } from './supervision/backoff.ts'
export { oneForOne } from './supervision/one-for-one.ts'
export type { SupervisionOptions } from './supervision/one-for-one.ts'
export type { Backoff, Directive, FailedCall, Supervision } from './supervision/strategy.ts'

export { MillraceError } from './errors.ts'
export type { ErrorCode } from './errors.ts'
export type { CheckpointOptions, DeadLetter, Job, JobEvent, JobMetrics, JobStatus, JobSummary, OperatorMetrics, RunOptions } from './runtime/job-handle.ts'

export { collect } from './connectors/memory/collect.ts'
export { discard } from './connectors/memory/discard.ts'
export { forEach } from './connectors/memory/for-each.ts'
export { fromArray } from './connectors/memory/from-array.ts'
export { generate } from './connectors/memory/generate.ts'
export type { GenerateOptions } from './connectors/memory/generate.ts'
export { explain } from './plan/explain.ts'
export type { ExplainFormat, ExplainOptions } from './plan/explain.ts'
export { run } from './runtime/job.ts'
