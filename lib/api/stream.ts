/** The streams that stages join: three kinds, told apart by a property named as the advice to follow. */
import { MillraceError } from '../errors.ts'
import { callSite } from './call-site.ts'
import type { FlowNode, SinkNode, StageNode, StreamNode } from './node.ts'
import type { Pipe } from './pipe.ts'
import type { WindowNodeParams } from '../windows/assigner.ts'

export type Key = string | number | bigint | boolean | readonly Key[] | { readonly [field: string]: Key }

export interface Window {
  /** Epoch milliseconds. */
  readonly start: number
  /** Exclusive. */
  readonly end: number
}

export interface Keyed<K, V> {
  readonly key: K
  readonly value: V
}

export interface Pane {
  /** 0 at the first firing of this window and key. */
  readonly index: number
  /** 'on-time': fired by the watermark reaching the end; 'late' after that, 'early' before. */
  readonly timing: 'early' | 'on-time' | 'late'
  /** No later pane can come. */
  readonly isLast: boolean
}

export interface Windowed<K, V> extends Keyed<K, V> {
  readonly window: Window
  readonly pane: Pane
}

export type Stage<A, B> = (input: A) => B
export type AnyStream<T> = { readonly element: T }

/** A stream of records; `element` is phantom and carries their type. */
export interface DataStream<T> {
  readonly element: T
  pipe: Pipe<DataStream<T>>
  /** Ends the stream in a sink. */
  to(sink: SinkRef<T>): Flow
}

/** A stream whose records carry a key: what `keyBy` gives. */
export interface KeyedStream<K extends Key, T> {
  readonly element: T
  readonly callKeyByFirst: K
  pipe: Pipe<KeyedStream<K, T>>
  to(sink: SinkRef<T>): Flow
}

/** A keyed stream cut into windows: `reduce`, `aggregate` or `scan` comes next. */
export interface WindowedStream<K extends Key | null, T> {
  readonly element: T
  readonly key: K
  readonly callWindowFirst: true
  pipe: Pipe<WindowedStream<K, T>>
}

export interface SourceRef<T> {
  readonly id: string
  /** Phantom. */
  readonly record: T
}

export interface SinkRef<in T> {
  readonly id: string
  /** Phantom. */
  readonly accepts: (record: T) => void
}

export interface SideOutput<T> {
  readonly id: string
  /** Phantom. */
  readonly record: T
}

/** A stream that ends in a sink: what `topology` is made of. */
export interface Flow {
  readonly sink: string
}

/** What a stage finds behind the stream it is given. */
export interface Handle {
  readonly node: StreamNode
  readonly keyed: boolean
  readonly window: WindowNodeParams | null
}

const handles = new WeakMap<object, Handle>()
const flows = new WeakMap<object, FlowNode>()

/** The node behind a stream, or the error that says what was passed instead. */
export const handleOf = (stream: unknown, stage: string): Handle => {
  const found = typeof stream === 'object' && stream !== null ? handles.get(stream) : undefined
  if (found !== undefined) return found
  throw new MillraceError('TOPOLOGY_INVALID', `${stage} was given ${stream === null ? 'null' : typeof stream} where a stream belongs`, {
    site: callSite(),
    next: 'Put the stage inside pipe(…), or call it with a stream: stage(from(source)).',
  })
}

export const isStream = (value: unknown): boolean => typeof value === 'object' && value !== null && handles.has(value)

export const flowNodeOf = (flow: unknown): FlowNode | undefined => (typeof flow === 'object' && flow !== null ? flows.get(flow) : undefined)

const sinks = new WeakMap<object, SinkNode>()
export const registerSink = (ref: object, node: SinkNode): void => void sinks.set(ref, node)

export const flowTo = (node: StreamNode, ref: { readonly id: string }): Flow => {
  const site = callSite()
  const sink = sinks.get(ref)
  if (sink === undefined) throw new MillraceError('TOPOLOGY_INVALID', 'to(…) was not given a sink', { site, next: "Pass what sink('id', connector) returned." })
  const flow: Flow = { sink: sink.id }
  flows.set(flow, { stream: node, sink, site })
  return flow
}

const makeStream = (handle: Handle): object => {
  const stream = {
    pipe: (...stages: readonly ((input: unknown) => unknown)[]): unknown => {
      if (stages.length === 0) return stream
      let current: unknown = stream
      for (const stage of stages) {
        if (typeof stage !== 'function')
          throw new MillraceError('TOPOLOGY_INVALID', `pipe was given ${stage === null ? 'null' : typeof stage} where a stage belongs`, { site: callSite(), next: 'Pass what a stage returns, such as map(fn).' })
        current = stage(current)
      }
      return current
    },
    to: (ref: { readonly id: string }): Flow => {
      if (handle.window !== null)
        throw new MillraceError('TOPOLOGY_INVALID', 'a windowed stream has no records of its own', {
          site: callSite(),
          next: 'Follow window(…) with reduce, aggregate or scan.',
        })
      return flowTo(handle.node, ref)
    },
  }
  handles.set(stream, handle)
  return stream
}

export const dataStream = <T>(node: StreamNode): DataStream<T> => makeStream({ node, keyed: false, window: null }) as DataStream<T>
export const keyedStream = <K extends Key, T>(node: StreamNode): KeyedStream<K, T> =>
  makeStream({ node, keyed: true, window: null }) as KeyedStream<K, T>
export const windowedStream = <K extends Key | null, T>(node: StreamNode, window: WindowNodeParams): WindowedStream<K, T> =>
  makeStream({ node, keyed: true, window }) as WindowedStream<K, T>

export type StageParts = Omit<StageNode, 'inputs' | 'site' | 'window' | 'sides'> & Partial<Pick<StageNode, 'window' | 'sides'>>

/** The node of a stage that stands behind `input`. */
export const stageNode = (input: StreamNode, site: string, parts: StageParts): StageNode => ({ window: null, sides: [], ...parts, inputs: [input], site })
