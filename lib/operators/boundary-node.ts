/** The node of a stage that cuts the chain: what it says about the way of the records, and nothing about the records. */
import type { BoundaryNode, StageNode } from '../api/node.ts'
import type { StageOptions } from '../api/stage-options.ts'
import { recordsOf } from './stage-input.ts'

export interface BoundaryParts extends Pick<BoundaryNode, 'kind' | 'routing'> {
  readonly options: StageOptions
  /** Makes what computes key or target, given the node before. */
  readonly select?: (node: BoundaryNode['inputs'][0]) => StageNode
}

export const boundaryNode = (input: unknown, site: string, { kind, routing, options, select }: BoundaryParts): BoundaryNode => {
  const { node } = recordsOf(input, kind, site)
  return { kind, inputs: [node], routing, selector: select?.(node) ?? null, options, site }
}
