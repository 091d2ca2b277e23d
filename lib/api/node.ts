/**
 * A topology as pure data. Stages build these nodes and nothing else: no node runs, opens or counts anything.
 * `kind` and `params` say what the stage means (the plan, explain() and the reference interpreter read them);
 * `create` makes what executes it, and is called by the runtime alone.
 */
import type { Operator, OperatorContext } from '../operators/operator.ts'
import type { SinkConnector, SourceConnector } from './connector.ts'
import type { StageOptions } from './stage-options.ts'
import type { Instants } from '../time/instants.ts'
import type { WindowNodeParams } from '../windows/assigner.ts'

export interface SourceNode {
  readonly kind: 'source'
  readonly id: string
  readonly connector: SourceConnector<unknown>
  readonly options: { readonly parallelism?: number }
  readonly site: string
}

export interface SideOutputNode {
  readonly kind: 'side-output'
  readonly id: string
  readonly site: string
}

export interface SinkNode {
  readonly kind: 'sink'
  readonly id: string
  readonly connector: SinkConnector<never>
  readonly options: { readonly parallelism?: number }
  readonly site: string
}

/** Union of its inputs. */
export interface MergeNode {
  readonly kind: 'merge'
  readonly inputs: readonly StreamNode[]
  readonly site: string
}

/** How records reach the next stage's instances. */
export type Routing = 'key' | 'route' | 'rebalance' | 'broadcast'

/** Cuts the chain: `routing` spreads records anew; without it only the mailbox (`isolate`) or the parallelism changes. */
export interface BoundaryNode {
  readonly kind: 'keyBy' | 'partition' | 'rebalance' | 'broadcast' | 'isolate' | 'parallelism'
  readonly inputs: readonly [StreamNode]
  readonly routing: Routing | null
  /** Computes the key (`keyBy`) or the target (`partition`) in the sender's chain. */
  readonly selector: StageNode | null
  readonly options: StageOptions
  readonly site: string
}

/** Where state lives: one per key, one for the stage, one per instance, or per split of a source. */
export type StateScope = 'key' | 'stage' | 'split'

export interface StageNode {
  readonly kind: string
  readonly inputs: readonly [StreamNode]
  readonly options: StageOptions
  readonly site: string
  /** The functions and settings as the user gave them. */
  readonly params: Readonly<Record<string, unknown>>
  /** null: nothing to snapshot. */
  readonly state: StateScope | null
  /** Text that must be equal for stored state to fit: settings and layout version. */
  readonly schema: string
  /** Side outputs this stage may write to. */
  readonly sides: readonly SideOutputNode[]
  /** Set where the stage sits directly behind `window(…)`. */
  readonly window: WindowNodeParams | null
  /** Has an actor of its own: nothing is fused with it. False unless given. */
  readonly isApart?: boolean
  /** The moments of event time at which this stage does something; none unless given. */
  readonly instants?: Instants
  /**
   * Where a shuffle in event time stands before it, it may be divided: `combine` in the chain of each sender, `merge` behind the shuffle,
   * with the same outcome. Null or absent: it may not.
   */
  readonly halves?: { combine(context: OperatorContext): Operator; merge(context: OperatorContext): Operator } | null
  create(context: OperatorContext): Operator
}

export type StreamNode = SourceNode | SideOutputNode | MergeNode | BoundaryNode | StageNode

export interface FlowNode {
  readonly stream: StreamNode
  readonly sink: SinkNode
  readonly site: string
}

export interface TopologyNode {
  readonly id: string
  /** URL of the module that made it; null: made inside a function or a test. */
  readonly module: string | null
  readonly flows: readonly FlowNode[]
  readonly site: string
}

export const isStage = (node: StreamNode): node is StageNode => 'create' in node
export const isBoundary = (node: StreamNode): node is BoundaryNode => 'routing' in node
